// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {DevelopmentDollar} from "../DevelopmentDollar.sol";

/// @title A dollar for tests that burns a tenth of every transfer, rounded up: the payee gets less than was signed for.
contract FeeToken is DevelopmentDollar {
    function _update(address from, address to, uint256 value) internal override(ERC20) {
        bool isTransfer = from != address(0) && to != address(0);
        uint256 fee = isTransfer ? (value + 9) / 10 : 0;
        super._update(from, to, value - fee);
        if (fee != 0) super._update(from, address(0), fee);
    }
}
