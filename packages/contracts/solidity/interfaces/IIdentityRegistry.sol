// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the other registries ask of the one that holds the agents.
interface IIdentityRegistry {
    /// @dev Reverts for an agent that does not exist.
    function isAuthorizedOrOwner(address spender, uint256 agentId) external view returns (bool);
}
