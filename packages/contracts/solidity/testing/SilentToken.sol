// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {DevelopmentDollar} from "../DevelopmentDollar.sol";

/// @title A dollar for tests that says nothing where it should refuse: an authorisation used before succeeds and moves no money.
contract SilentToken is DevelopmentDollar {
    function _transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) internal override(ERC3009) {
        if (authorizationState(from, nonce)) return;
        super._transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }
}
