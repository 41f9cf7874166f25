// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";

/// @title Validation registry of ERC-8004, version 2: agents ask validators to check work, and are answered 0 to 100.
contract ValidationRegistry {
    struct Validation {
        address validator;
        uint8 response;
        bool hasResponse;
        uint256 agentId;
        bytes32 responseHash;
        string tag;
        uint256 lastUpdate;
    }

    event ValidationRequest(
        address indexed validatorAddress,
        uint256 indexed agentId,
        string requestURI,
        bytes32 indexed requestHash
    );
    event ValidationResponse(
        address indexed validatorAddress,
        uint256 indexed agentId,
        bytes32 indexed requestHash,
        uint8 response,
        string responseURI,
        bytes32 responseHash,
        string tag
    );

    IIdentityRegistry private immutable _identity;
    mapping(bytes32 requestHash => Validation) private _validations;
    mapping(uint256 agentId => bytes32[]) private _ofAgent;
    mapping(address validator => bytes32[]) private _ofValidator;

    constructor(address identityRegistry) {
        require(identityRegistry.code.length > 0, "bad identity");
        _identity = IIdentityRegistry(identityRegistry);
    }

    function getIdentityRegistry() external view returns (address) {
        return address(_identity);
    }

    /// @notice Asks `validatorAddress` to check what `requestURI` describes; for the owner's side of the agent alone.
    function validationRequest(
        address validatorAddress,
        uint256 agentId,
        string calldata requestURI,
        bytes32 requestHash
    ) external {
        require(validatorAddress != address(0), "bad validator");
        Validation storage validation = _validations[requestHash];
        require(validation.validator == address(0), "exists");
        require(_identity.isAuthorizedOrOwner(msg.sender, agentId), "Not authorized");
        validation.validator = validatorAddress;
        validation.agentId = agentId;
        validation.lastUpdate = block.timestamp;
        _ofAgent[agentId].push(requestHash);
        _ofValidator[validatorAddress].push(requestHash);
        emit ValidationRequest(validatorAddress, agentId, requestURI, requestHash);
    }

    /// @notice Answers a request, 0 to 100; again as the work goes on, the latest answer counts.
    function validationResponse(
        bytes32 requestHash,
        uint8 response,
        string calldata responseURI,
        bytes32 responseHash,
        string calldata tag
    ) external {
        Validation storage validation = _known(requestHash);
        require(msg.sender == validation.validator, "not validator");
        require(response <= 100, "resp>100");
        validation.response = response;
        validation.hasResponse = true;
        validation.responseHash = responseHash;
        validation.tag = tag;
        validation.lastUpdate = block.timestamp;
        emit ValidationResponse(
            msg.sender,
            validation.agentId,
            requestHash,
            response,
            responseURI,
            responseHash,
            tag
        );
    }

    /// @notice The latest answer; 0 and empty before there is one.
    function getValidationStatus(
        bytes32 requestHash
    )
        external
        view
        returns (
            address validatorAddress,
            uint256 agentId,
            uint8 response,
            bytes32 responseHash,
            string memory tag,
            uint256 lastUpdate
        )
    {
        Validation storage found = _known(requestHash);
        return (found.validator, found.agentId, found.response, found.responseHash, found.tag, found.lastUpdate);
    }

    /// @notice The average answer of the named validators, or of all where none is named; unanswered requests do not count.
    function getSummary(
        uint256 agentId,
        address[] calldata validatorAddresses,
        string calldata tag
    ) external view returns (uint64 count, uint8 averageResponse) {
        bytes32[] storage requests = _ofAgent[agentId];
        uint256 sum;
        for (uint256 i; i < requests.length; i++) {
            Validation storage found = _validations[requests[i]];
            if (!found.hasResponse || !_isAmong(found.validator, validatorAddresses)) continue;
            if (bytes(tag).length > 0 && keccak256(bytes(found.tag)) != keccak256(bytes(tag))) continue;
            sum += found.response;
            count++;
        }
        if (count > 0) averageResponse = uint8(sum / count);
    }

    function getAgentValidations(uint256 agentId) external view returns (bytes32[] memory) {
        return _ofAgent[agentId];
    }

    function getValidatorRequests(address validatorAddress) external view returns (bytes32[] memory) {
        return _ofValidator[validatorAddress];
    }

    function getVersion() external pure returns (string memory) {
        return "2.0.0";
    }

    function _known(bytes32 requestHash) private view returns (Validation storage found) {
        found = _validations[requestHash];
        require(found.validator != address(0), "unknown");
    }

    function _isAmong(address validator, address[] calldata named) private pure returns (bool) {
        if (named.length == 0) return true;
        for (uint256 i; i < named.length; i++) if (named[i] == validator) return true;
        return false;
    }
}
