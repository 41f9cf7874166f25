// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";

/// @title Reputation registry of ERC-8004, version 2: what clients say of agents, and what is answered.
contract ReputationRegistry {
    struct Feedback {
        int128 value;
        uint8 valueDecimals;
        bool isRevoked;
        string tag1;
        string tag2;
    }

    event NewFeedback(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        int128 value,
        uint8 valueDecimals,
        string indexed indexedTag1,
        string tag1,
        string tag2,
        string endpoint,
        string feedbackURI,
        bytes32 feedbackHash
    );
    event FeedbackRevoked(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 indexed feedbackIndex
    );
    event ResponseAppended(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        address indexed responder,
        string responseURI,
        bytes32 responseHash
    );

    uint8 private constant MAX_DECIMALS = 18;
    uint256 private constant MAX_MAGNITUDE = 1e38;

    IIdentityRegistry private immutable _identity;
    mapping(uint256 agentId => address[]) private _clients;
    /// @dev The first entry is number 1.
    mapping(uint256 agentId => mapping(address client => Feedback[])) private _feedback;
    mapping(uint256 agentId => mapping(address client => mapping(uint64 index => address[]))) private _responders;
    mapping(uint256 agentId => mapping(address client => mapping(uint64 index => mapping(address responder => uint64))))
        private _responses;

    constructor(address identityRegistry) {
        require(identityRegistry.code.length > 0, "bad identity");
        _identity = IIdentityRegistry(identityRegistry);
    }

    function getIdentityRegistry() external view returns (address) {
        return address(_identity);
    }

    /// @notice Says something of an agent. Its owner and whoever may act for it are refused.
    function giveFeedback(
        uint256 agentId,
        int128 value,
        uint8 valueDecimals,
        string calldata tag1,
        string calldata tag2,
        string calldata endpoint,
        string calldata feedbackURI,
        bytes32 feedbackHash
    ) external {
        require(valueDecimals <= MAX_DECIMALS, "too many decimals");
        require(SignedMath.abs(value) <= MAX_MAGNITUDE, "value too large");
        // Reverts for an agent that does not exist.
        require(!_identity.isAuthorizedOrOwner(msg.sender, agentId), "Self-feedback not allowed");

        Feedback[] storage given = _feedback[agentId][msg.sender];
        if (given.length == 0) _clients[agentId].push(msg.sender);
        given.push(Feedback(value, valueDecimals, false, tag1, tag2));
        emit NewFeedback(
            agentId,
            msg.sender,
            uint64(given.length),
            value,
            valueDecimals,
            tag1,
            tag1,
            tag2,
            endpoint,
            feedbackURI,
            feedbackHash
        );
    }

    /// @notice Takes back one's own entry; it stays readable, and is counted no more.
    function revokeFeedback(uint256 agentId, uint64 feedbackIndex) external {
        Feedback storage entry = _entry(agentId, msg.sender, feedbackIndex);
        require(!entry.isRevoked, "Already revoked");
        entry.isRevoked = true;
        emit FeedbackRevoked(agentId, msg.sender, feedbackIndex);
    }

    /// @notice Answers an entry; anyone may.
    function appendResponse(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        string calldata responseURI,
        bytes32 responseHash
    ) external {
        require(bytes(responseURI).length > 0, "Empty URI");
        _entry(agentId, clientAddress, feedbackIndex);
        if (_responses[agentId][clientAddress][feedbackIndex][msg.sender]++ == 0) {
            _responders[agentId][clientAddress][feedbackIndex].push(msg.sender);
        }
        emit ResponseAppended(agentId, clientAddress, feedbackIndex, msg.sender, responseURI, responseHash);
    }

    /// @notice The average of what the named clients said, at the commonest number of decimals, the lowest on a tie.
    /// @param clientAddresses Must be named: whoever asks decides whom to believe.
    /// @param tag1 Only entries with this tag; empty for all. So for `tag2`.
    function getSummary(
        uint256 agentId,
        address[] calldata clientAddresses,
        string calldata tag1,
        string calldata tag2
    ) external view returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals) {
        require(clientAddresses.length > 0, "clientAddresses required");
        int256 sum;
        uint64[MAX_DECIMALS + 1] memory used;
        for (uint256 i; i < clientAddresses.length; i++) {
            Feedback[] storage given = _feedback[agentId][clientAddresses[i]];
            for (uint256 j; j < given.length; j++) {
                Feedback storage entry = given[j];
                if (!_counts(entry, tag1, tag2, false)) continue;
                sum += entry.value * _power(MAX_DECIMALS - entry.valueDecimals);
                used[entry.valueDecimals]++;
                count++;
            }
        }
        if (count == 0) return (0, 0, 0);
        for (uint8 decimals = 1; decimals <= MAX_DECIMALS; decimals++) {
            if (used[decimals] > used[summaryValueDecimals]) summaryValueDecimals = decimals;
        }
        // At most 1e38 times a power that was divided out again, so it fits; the average is no greater than its terms.
        summaryValue = int128(sum / int256(uint256(count)) / _power(MAX_DECIMALS - summaryValueDecimals));
    }

    function readFeedback(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex
    )
        external
        view
        returns (int128 value, uint8 valueDecimals, string memory tag1, string memory tag2, bool isRevoked)
    {
        Feedback storage entry = _entry(agentId, clientAddress, feedbackIndex);
        return (entry.value, entry.valueDecimals, entry.tag1, entry.tag2, entry.isRevoked);
    }

    /// @notice Every entry of the named clients, or of all where none is named.
    function readAllFeedback(
        uint256 agentId,
        address[] calldata clientAddresses,
        string calldata tag1,
        string calldata tag2,
        bool includeRevoked
    )
        external
        view
        returns (
            address[] memory clients,
            uint64[] memory feedbackIndexes,
            int128[] memory values,
            uint8[] memory valueDecimals,
            string[] memory tag1s,
            string[] memory tag2s,
            bool[] memory revokedStatuses
        )
    {
        address[] memory asked = clientAddresses;
        if (asked.length == 0) asked = _clients[agentId];
        uint256 count;
        for (uint256 i; i < asked.length; i++) {
            Feedback[] storage given = _feedback[agentId][asked[i]];
            for (uint256 j; j < given.length; j++) if (_counts(given[j], tag1, tag2, includeRevoked)) count++;
        }
        clients = new address[](count);
        feedbackIndexes = new uint64[](count);
        values = new int128[](count);
        valueDecimals = new uint8[](count);
        tag1s = new string[](count);
        tag2s = new string[](count);
        revokedStatuses = new bool[](count);
        uint256 n;
        for (uint256 i; i < asked.length; i++) {
            Feedback[] storage given = _feedback[agentId][asked[i]];
            for (uint256 j; j < given.length; j++) {
                Feedback storage entry = given[j];
                if (!_counts(entry, tag1, tag2, includeRevoked)) continue;
                clients[n] = asked[i];
                feedbackIndexes[n] = uint64(j + 1);
                values[n] = entry.value;
                valueDecimals[n] = entry.valueDecimals;
                tag1s[n] = entry.tag1;
                tag2s[n] = entry.tag2;
                revokedStatuses[n] = entry.isRevoked;
                n++;
            }
        }
    }

    /// @notice Answers by the named responders, or by all; to one entry, to a client's (index 0), or to all (client 0).
    function getResponseCount(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        address[] calldata responders
    ) external view returns (uint64 count) {
        if (clientAddress != address(0) && feedbackIndex != 0) {
            return _countResponses(agentId, clientAddress, feedbackIndex, responders);
        }
        address[] memory clients = _clients[agentId];
        for (uint256 i; i < clients.length; i++) {
            if (clientAddress != address(0) && clientAddress != clients[i]) continue;
            uint256 last = _feedback[agentId][clients[i]].length;
            for (uint64 j = 1; j <= last; j++) count += _countResponses(agentId, clients[i], j, responders);
        }
    }

    function getClients(uint256 agentId) external view returns (address[] memory) {
        return _clients[agentId];
    }

    /// @notice Number of a client's latest entry, 0 if there is none.
    function getLastIndex(uint256 agentId, address clientAddress) external view returns (uint64) {
        return uint64(_feedback[agentId][clientAddress].length);
    }

    function getVersion() external pure returns (string memory) {
        return "2.0.0";
    }

    function _entry(uint256 agentId, address client, uint64 index) private view returns (Feedback storage) {
        require(index > 0, "index must be > 0");
        Feedback[] storage given = _feedback[agentId][client];
        require(index <= given.length, "index out of bounds");
        return given[index - 1];
    }

    function _counts(
        Feedback storage entry,
        string calldata tag1,
        string calldata tag2,
        bool includeRevoked
    ) private view returns (bool) {
        return (includeRevoked || !entry.isRevoked) && _matches(entry.tag1, tag1) && _matches(entry.tag2, tag2);
    }

    function _matches(string memory tag, string calldata wanted) private pure returns (bool) {
        return bytes(wanted).length == 0 || keccak256(bytes(tag)) == keccak256(bytes(wanted));
    }

    function _countResponses(
        uint256 agentId,
        address client,
        uint64 index,
        address[] calldata responders
    ) private view returns (uint64 count) {
        address[] memory asked = responders;
        if (asked.length == 0) asked = _responders[agentId][client][index];
        for (uint256 i; i < asked.length; i++) count += _responses[agentId][client][index][asked[i]];
    }

    function _power(uint8 exponent) private pure returns (int256) {
        return int256(10 ** uint256(exponent));
    }
}
