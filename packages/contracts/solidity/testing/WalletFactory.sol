// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContractWallet} from "./ContractWallet.sol";

/// @title Makes contract wallets for tests at addresses known before (CREATE2), as counterfactual signatures need (ERC-6492).
contract WalletFactory {
    /// @notice Makes the wallet of `owner`, or leaves it be where it stands already.
    function create(address owner, bytes32 salt) external returns (address wallet) {
        wallet = addressOf(owner, salt);
        if (wallet.code.length == 0) new ContractWallet{salt: salt}(owner);
    }

    /// @notice Where {create} puts the wallet.
    function addressOf(address owner, bytes32 salt) public view returns (address) {
        bytes32 creation = keccak256(abi.encodePacked(type(ContractWallet).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), salt, creation)))));
    }
}
