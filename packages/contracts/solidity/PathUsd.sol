// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title pathUSD of a development chain: a TIP-20 token as Tempo's precompile behaves, errors and their order included.
/// @notice Left out: rewards, changes of the quote token, the logo, and transfer policies other than "nobody" and "everyone".
/// @dev Without constructor or immutables, so that a chain can hold this code at Tempo's own address from the start.
contract PathUsd {
    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Approval(address indexed owner, address indexed spender, uint256 amount);
    event Mint(address indexed to, uint256 amount);
    event Burn(address indexed from, uint256 amount);
    event BurnBlocked(address indexed from, uint256 amount);
    event TransferWithMemo(address indexed from, address indexed to, uint256 amount, bytes32 indexed memo);
    event TransferPolicyUpdate(address indexed updater, uint64 indexed newPolicyId);
    event SupplyCapUpdate(address indexed updater, uint256 indexed newSupplyCap);
    event PauseStateUpdate(address indexed updater, bool isPaused);
    event RoleMembershipUpdated(bytes32 indexed role, address indexed account, address indexed sender, bool hasRole);
    event RoleAdminUpdated(bytes32 indexed role, bytes32 indexed newAdminRole, address indexed sender);

    error InsufficientBalance(uint256 available, uint256 required, address token);
    error InsufficientAllowance();
    error SupplyCapExceeded();
    error InvalidSupplyCap();
    error PolicyForbids();
    error InvalidRecipient();
    error ContractPaused();
    error Unauthorized();
    error Uninitialized();
    error InvalidTransferPolicyId();
    error PermitExpired();
    error InvalidSignature();
    error AlreadyInitialized();

    string public constant name = "pathUSD";
    string public constant symbol = "pathUSD";
    uint8 public constant decimals = 6;
    string public constant currency = "USD";
    address public constant quoteToken = address(0);
    bytes32 public constant ISSUER_ROLE = keccak256("ISSUER_ROLE");
    bytes32 public constant PAUSE_ROLE = keccak256("PAUSE_ROLE");
    bytes32 public constant UNPAUSE_ROLE = keccak256("UNPAUSE_ROLE");
    bytes32 public constant BURN_BLOCKED_ROLE = keccak256("BURN_BLOCKED_ROLE");

    bytes32 private constant DEFAULT_ADMIN_ROLE = 0;
    uint64 private constant NOBODY = 0;
    uint64 private constant EVERYONE = 1;
    /// @dev First 12 bytes of every TIP-20 address; no such address receives, which saves many a lost payment.
    uint96 private constant TIP20_PREFIX = 0x20c000000000000000000000;
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    bool public paused;
    bool private _initialized;
    uint64 public transferPolicyId;
    uint256 public supplyCap;
    uint256 public totalSupply;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address owner => uint256) public nonces;
    mapping(address account => mapping(bytes32 role => bool)) public hasRole;
    mapping(bytes32 role => bytes32) public getRoleAdmin;

    modifier onlyRole(bytes32 role) {
        require(hasRole[msg.sender][role], Unauthorized());
        _;
    }

    modifier whenNotPaused() {
        require(!paused, ContractPaused());
        _;
    }

    /// @notice Makes `admin` the one who grants roles: once, and before anything else.
    function initialize(address admin) external {
        require(!_initialized, AlreadyInitialized());
        _initialized = true;
        transferPolicyId = EVERYONE;
        supplyCap = type(uint128).max;
        _setRole(DEFAULT_ADMIN_ROLE, admin, true);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _transfer(msg.sender, to, amount);
        return true;
    }

    function transferWithMemo(address to, uint256 amount, bytes32 memo) external {
        _transfer(msg.sender, to, amount);
        emit TransferWithMemo(msg.sender, to, amount, memo);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _transferFrom(from, to, amount);
        return true;
    }

    function transferFromWithMemo(address from, address to, uint256 amount, bytes32 memo) external returns (bool) {
        _transferFrom(from, to, amount);
        emit TransferWithMemo(from, to, amount, memo);
        return true;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        _approve(msg.sender, spender, amount);
        return true;
    }

    /// @notice EIP-2612 (TIP-1004), for accounts and for contract wallets (ERC-1271); while paused too.
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        require(block.timestamp <= deadline, PermitExpired());
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, nonces[owner]++, deadline));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
        require(
            SignatureChecker.isValidSignatureNow(owner, digest, abi.encodePacked(r, s, v)),
            InvalidSignature()
        );
        _approve(owner, spender, value);
    }

    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return
            keccak256(
                abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256("1"), block.chainid, address(this))
            );
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
        emit Mint(to, amount);
    }

    function mintWithMemo(address to, uint256 amount, bytes32 memo) external {
        _mint(to, amount);
        emit TransferWithMemo(address(0), to, amount, memo);
        emit Mint(to, amount);
    }

    /// @notice Destroys the sender's own; for issuers.
    function burn(uint256 amount) external whenNotPaused onlyRole(ISSUER_ROLE) {
        _burn(msg.sender, amount);
        emit Burn(msg.sender, amount);
    }

    function burnWithMemo(uint256 amount, bytes32 memo) external whenNotPaused onlyRole(ISSUER_ROLE) {
        _burn(msg.sender, amount);
        emit TransferWithMemo(msg.sender, address(0), amount, memo);
        emit Burn(msg.sender, amount);
    }

    /// @notice Destroys what somebody holds whom the policy forbids to move it.
    function burnBlocked(address from, uint256 amount) external whenNotPaused onlyRole(BURN_BLOCKED_ROLE) {
        require(transferPolicyId == NOBODY, PolicyForbids());
        _burn(from, amount);
        emit BurnBlocked(from, amount);
    }

    function pause() external onlyRole(PAUSE_ROLE) {
        paused = true;
        emit PauseStateUpdate(msg.sender, true);
    }

    function unpause() external onlyRole(UNPAUSE_ROLE) {
        paused = false;
        emit PauseStateUpdate(msg.sender, false);
    }

    function setSupplyCap(uint256 newSupplyCap) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(newSupplyCap >= totalSupply, InvalidSupplyCap());
        require(newSupplyCap <= type(uint128).max, SupplyCapExceeded());
        supplyCap = newSupplyCap;
        emit SupplyCapUpdate(msg.sender, newSupplyCap);
    }

    /// @notice 0: nobody may transfer or be minted to; 1: everyone.
    function changeTransferPolicyId(uint64 newPolicyId) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(newPolicyId <= EVERYONE, InvalidTransferPolicyId());
        transferPolicyId = newPolicyId;
        emit TransferPolicyUpdate(msg.sender, newPolicyId);
    }

    function grantRole(bytes32 role, address account) external onlyRole(getRoleAdmin[role]) {
        _setRole(role, account, true);
    }

    function revokeRole(bytes32 role, address account) external onlyRole(getRoleAdmin[role]) {
        _setRole(role, account, false);
    }

    function renounceRole(bytes32 role) external onlyRole(role) {
        _setRole(role, msg.sender, false);
    }

    function setRoleAdmin(bytes32 role, bytes32 adminRole) external onlyRole(getRoleAdmin[role]) {
        getRoleAdmin[role] = adminRole;
        emit RoleAdminUpdated(role, adminRole, msg.sender);
    }

    function _transferFrom(address from, address to, uint256 amount) private {
        _checkTransfer(to);
        uint256 allowed = allowance[from][msg.sender];
        require(allowed >= amount, InsufficientAllowance());
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        _move(from, to, amount);
    }

    function _transfer(address from, address to, uint256 amount) private {
        _checkTransfer(to);
        _move(from, to, amount);
    }

    function _checkTransfer(address to) private view whenNotPaused {
        _checkRecipient(to);
    }

    function _checkRecipient(address to) private view {
        require(_initialized, Uninitialized());
        require(to != address(0) && uint160(to) >> 64 != TIP20_PREFIX, InvalidRecipient());
        require(transferPolicyId == EVERYONE, PolicyForbids());
    }

    function _move(address from, address to, uint256 amount) private {
        _debit(from, amount);
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
    }

    function _mint(address to, uint256 amount) private onlyRole(ISSUER_ROLE) whenNotPaused {
        _checkRecipient(to);
        require(totalSupply + amount <= supplyCap, SupplyCapExceeded());
        totalSupply += amount;
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function _burn(address from, uint256 amount) private {
        _debit(from, amount);
        totalSupply -= amount;
        emit Transfer(from, address(0), amount);
    }

    function _debit(address from, uint256 amount) private {
        uint256 available = balanceOf[from];
        require(available >= amount, InsufficientBalance(available, amount, address(this)));
        balanceOf[from] = available - amount;
    }

    function _approve(address owner, address spender, uint256 amount) private {
        allowance[owner][spender] = amount;
        emit Approval(owner, spender, amount);
    }

    function _setRole(bytes32 role, address account, bool has) private {
        hasRole[account][role] = has;
        emit RoleMembershipUpdated(role, account, msg.sender, has);
    }
}
