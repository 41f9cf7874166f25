// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Attempt} from "./shared/Attempt.sol";

/// @dev What is called of a TIP-20 token.
interface ITip20 {
    function transferFromWithMemo(address from, address to, uint256 amount, bytes32 memo) external returns (bool);
}

/// @title Settlement of the payment scheme `tempo-tip20`: EIP-3009 for tokens that lack it.
/// @notice A payer approves this contract for what it means to spend and signs one authorisation a payment; anybody sends it.
/// What is paid, to whom and until when is what was signed; each authorisation moves money once. Nobody owns this, nothing
/// in it can be changed, and it never holds a token.
contract TipSettlement is EIP712, ReentrancyGuardTransient {
    /// @notice One payment, as signed under the domain "x402-tempo" / "1" of this contract.
    struct PaymentAuthorization {
        address from;
        address to;
        uint256 value;
        address token;
        /// In seconds since the epoch; exclusive, as in EIP-3009.
        uint256 validAfter;
        /// In seconds since the epoch; exclusive, as in EIP-3009.
        uint256 validBefore;
        bytes32 nonce;
    }

    /// @notice A payment was made: the token's transfer of `value` to `to`, with the nonce as memo, follows.
    event AuthorizationUsed(
        address indexed authorizer,
        bytes32 indexed nonce,
        address indexed token,
        address to,
        uint256 value
    );
    /// @notice An item of {settleMany} moved nothing; its authorisation is as unused as it was.
    /// @param reason An error of this contract or of the token, its first 256 bytes; empty if the item ran out of gas.
    event Refused(address indexed authorizer, bytes32 indexed nonce, uint256 index, bytes reason);

    error NotYetValid(uint256 validAfter);
    error Expired(uint256 validBefore);
    error NonceUsed(address authorizer, bytes32 nonce);
    error InvalidSignature();
    error NoToken(address token);
    error TransferFailed(address token);
    error LengthMismatch(uint256 authorizations, uint256 signatures);
    error OnlySelf();

    bytes32 private constant PAYMENT_AUTHORIZATION_TYPEHASH =
        keccak256(
            "PaymentAuthorization(address from,address to,uint256 value,address token,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );

    /// @notice Whether a nonce of a payer was used.
    mapping(address authorizer => mapping(bytes32 nonce => bool)) public authorizationState;

    constructor() EIP712("x402-tempo", "1") {}

    /// @notice Makes one payment, or reverts with an error of this contract or of the token.
    /// @param signature Of the payer: 65 bytes with a low s, or whatever a contract wallet accepts (ERC-1271).
    function settle(PaymentAuthorization calldata authorization, bytes calldata signature) external nonReentrant {
        _settle(authorization, signature);
    }

    /// @notice Makes those payments that can be made; each of the others is {Refused}, and harms none.
    /// @param gasEach What an item may burn; one that needs more is refused. The transaction must bring it for every item, so
    /// that none is refused because of another.
    function settleMany(
        PaymentAuthorization[] calldata authorizations,
        bytes[] calldata signatures,
        uint256 gasEach
    ) external nonReentrant {
        uint256 count = authorizations.length;
        require(count == signatures.length, LengthMismatch(count, signatures.length));
        Attempt.checkGas(count, gasEach);
        for (uint256 i = 0; i < count; ++i) {
            PaymentAuthorization calldata each = authorizations[i];
            bytes memory item = abi.encodeCall(this.settleItem, (each, signatures[i]));
            (bool done, bytes memory reason) = Attempt.call(address(this), item, gasEach);
            if (!done) emit Refused(each.from, each.nonce, i, reason);
        }
    }

    /// @notice One item of {settleMany}, which alone calls it.
    function settleItem(PaymentAuthorization calldata authorization, bytes calldata signature) external {
        require(msg.sender == address(this), OnlySelf());
        _settle(authorization, signature);
    }

    function _settle(PaymentAuthorization calldata authorization, bytes calldata signature) private {
        (address from, address token, bytes32 nonce) = (authorization.from, authorization.token, authorization.nonce);
        require(block.timestamp > authorization.validAfter, NotYetValid(authorization.validAfter));
        require(block.timestamp < authorization.validBefore, Expired(authorization.validBefore));
        require(!authorizationState[from][nonce], NonceUsed(from, nonce));
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(PAYMENT_AUTHORIZATION_TYPEHASH, authorization)));
        require(SignatureChecker.isValidSignatureNowCalldata(from, digest, signature), InvalidSignature());
        require(token.code.length != 0, NoToken(token));

        authorizationState[from][nonce] = true;
        emit AuthorizationUsed(from, nonce, token, authorization.to, authorization.value);
        require(
            ITip20(token).transferFromWithMemo(from, authorization.to, authorization.value, nonce),
            TransferFailed(token)
        );
    }
}
