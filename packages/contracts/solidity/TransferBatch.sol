// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Attempt} from "./shared/Attempt.sol";

/// @dev EIP-3009 as the standard has it, and as USD Coin 2.2 adds to it.
interface IERC3009ByParts {
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}

interface IERC3009ByBytes {
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}

/// @title Many EIP-3009 transfers in one transaction.
/// @notice Holds nothing, is approved for nothing, remembers nothing, and nobody owns it: it passes on what payers signed.
/// @dev That a call to a token succeeded does not say that money moved: some tokens return in silence on a used nonce, some take
/// a fee. Who reads the receipt looks for the token's own AuthorizationUsed and for the exact Transfer.
contract TransferBatch is ReentrancyGuardTransient {
    /// @notice One transfer, as the payer signed it under the token's domain.
    struct Item {
        address token;
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
        bytes signature;
    }

    /// @notice The token refused this item.
    /// @param reason The token's error, its first 256 bytes; empty if it gave none or ran out of gas.
    event Refused(uint256 indexed index, bytes reason);

    error NoToken(address token);

    /// @notice Makes those transfers that can be made; each of the others is {Refused}, and harms none.
    /// @param gasEach What an item may burn; one that needs more is refused. The transaction must bring it for every item, so
    /// that none is refused because of another.
    function transferMany(Item[] calldata items, uint256 gasEach) external nonReentrant {
        uint256 count = items.length;
        Attempt.checkGas(count, gasEach);
        for (uint256 i = 0; i < count; ++i) {
            Item calldata item = items[i];
            bool done;
            bytes memory reason;
            if (item.token.code.length == 0) reason = abi.encodeWithSelector(NoToken.selector, item.token);
            else (done, reason) = Attempt.call(item.token, _encode(item), gasEach);
            if (!done) emit Refused(i, reason);
        }
    }

    /// @dev An account's own signature goes by v, r, s, which every token of EIP-3009 takes; all else by bytes. So an account
    /// with delegated code (EIP-7702) does not get past a token that lacks the form by bytes: it is refused here.
    function _encode(Item calldata item) private view returns (bytes memory) {
        bytes calldata signature = item.signature;
        if (signature.length == 65 && item.from.code.length == 0) {
            return
                abi.encodeCall(
                    IERC3009ByParts.transferWithAuthorization,
                    (
                        item.from,
                        item.to,
                        item.value,
                        item.validAfter,
                        item.validBefore,
                        item.nonce,
                        uint8(signature[64]),
                        bytes32(signature[:32]),
                        bytes32(signature[32:64])
                    )
                );
        }
        return
            abi.encodeCall(
                IERC3009ByBytes.transferWithAuthorization,
                (item.from, item.to, item.value, item.validAfter, item.validBefore, item.nonce, signature)
            );
    }
}
