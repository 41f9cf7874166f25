// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A wallet for tests (ERC-1271): accepts what its owner's key signed, until it is told to refuse.
contract ContractWallet {
    error NotOwner();

    address public immutable owner;
    /// @notice The first block in which every signature is refused.
    uint256 public refusesFrom = type(uint256).max;

    constructor(address owner_) {
        owner = owner_;
    }

    receive() external payable {}

    /// @notice Sets the block from which every signature is refused: 0 for now, a later one for a wallet that accepts when a
    /// payment is verified and no more when it is settled, the greatest for never. Whoever asks.
    function refuseFrom(uint256 blockNumber) external {
        refusesFrom = blockNumber;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError refused, ) = ECDSA.tryRecoverCalldata(hash, signature);
        bool accepted = refused == ECDSA.RecoverError.NoError && signer == owner && block.number < refusesFrom;
        return accepted ? this.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @notice Calls `target` as the wallet, for its owner: to approve a token, say.
    function execute(address target, bytes calldata data) external {
        require(msg.sender == owner, NotOwner());
        (bool done, bytes memory reason) = target.call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }
}
