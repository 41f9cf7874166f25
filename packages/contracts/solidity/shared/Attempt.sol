// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Calls that may fail without harm to those after them.
library Attempt {
    /// @notice Fewer gas than the calls are promised: the transaction was sent with too low a limit.
    error TooLittleGas(uint256 available, uint256 required);

    /// @dev What an item costs outside its call at most: reading it, its event, its reason.
    uint256 private constant RESERVE = 15_000;
    /// @dev Longer reasons are cut: whoever writes one must not decide what it costs to copy.
    uint256 private constant LONGEST_REASON = 256;

    /// @notice Makes sure that `count` calls can have `gasEach`, whatever each of them burns.
    /// @dev Checked before the first one. Without it a limit set too low would look like items that fail, and a node that
    /// estimates, which looks for the least limit that does not fail, would find just that limit. A 64th of what is left
    /// stays with the caller (EIP-150); one a byte pays for copying up to 400 kB of call data to memory.
    function checkGas(uint256 count, uint256 gasEach) internal view {
        uint256 required = count * (gasEach + gasEach / 63 + RESERVE) + msg.data.length;
        uint256 available = gasleft();
        require(available >= required, TooLittleGas(available, required));
    }

    /// @notice Calls `target` with `gasEach`, and reports rather than reverts.
    /// @return done Whether the call succeeded. True for an address without code.
    /// @return reason What the call failed with, its first 256 bytes.
    function call(
        address target,
        bytes memory data,
        uint256 gasEach
    ) internal returns (bool done, bytes memory reason) {
        assembly ("memory-safe") {
            done := call(gasEach, target, 0, add(data, 0x20), mload(data), 0, 0)
            reason := mload(0x40)
            let length := returndatasize()
            if or(done, gt(length, LONGEST_REASON)) {
                length := mul(iszero(done), LONGEST_REASON)
            }
            mstore(reason, length)
            returndatacopy(add(reason, 0x20), 0, length)
            mstore(0x40, and(add(add(reason, 0x3f), length), not(0x1f)))
        }
    }
}
