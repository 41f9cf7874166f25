// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title A dollar for development: anyone mints it, so it is worth nothing.
/// @notice Moves by signature as USD Coin does: EIP-3009 by v, r, s and by bytes (ERC-1271 wallets included), EIP-2612 permit.
contract DevelopmentDollar is ERC20Permit, ERC3009 {
    /// @notice The most one call mints: a million dollars, as the faucet of Tempo's test network gives.
    uint256 public constant MAX_MINT = 1_000_000e6;

    error MintTooLarge(uint256 amount, uint256 most);

    constructor() ERC20("Development Dollar", "devUSD") ERC20Permit("Development Dollar") {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice Version in the EIP-712 domain; payment clients read it to check an offer.
    function version() external view returns (string memory) {
        return _EIP712Version();
    }

    /// @notice The faucet: gives `amount` to `to`, whoever asks.
    function mint(address to, uint256 amount) external {
        require(amount <= MAX_MINT, MintTooLarge(amount, MAX_MINT));
        _mint(to, amount);
    }

    /// @notice EIP-3009 by a signature of any length: an account's own, or whatever a contract wallet accepts (ERC-1271).
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external {
        _checkSignature(
            from,
            keccak256(abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)),
            signature
        );
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @notice As {transferWithAuthorization}, for the payee alone to send, so that nobody can get ahead of it.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external {
        require(to == msg.sender, ERC20InvalidReceiver(to));
        _checkSignature(
            from,
            keccak256(abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)),
            signature
        );
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    /// @notice Spends `nonce` without a transfer.
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) external {
        _checkSignature(authorizer, keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)), signature);
        _cancelAuthorization(authorizer, nonce);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes memory signature) private view {
        require(
            SignatureChecker.isValidSignatureNow(signer, _hashTypedDataV4(structHash), signature),
            ERC3009InvalidSignature()
        );
    }

    /// @dev Seconds, both ends excluded, as EIP-3009 says. OpenZeppelin's also reads block numbers, which no coin in use does.
    function _checkValidity(uint256 validAfter, uint256 validBefore) internal view override {
        require(
            block.timestamp > validAfter && block.timestamp < validBefore,
            ERC3009InvalidAuthorizationTime(validAfter, validBefore)
        );
    }
}
