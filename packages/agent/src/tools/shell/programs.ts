/** What known programs do, as tables; programs that need a closer look are in `rules.ts`. */

/** How much harm a call could do. */
export type Level = 'low' | 'medium' | 'high'

/** A flag that changes what a program does. */
export type FlagRule = readonly [pattern: RegExp, level: Level, reason: string]

/** What a program does with its operands. `target` writes the last and reads the others, `source` reads the first only. */
export type Operands = 'none' | 'read' | 'write' | 'delete' | 'target' | 'source'

/** What is known of a program. */
export interface Program {
  readonly level: Level
  readonly reason?: string | undefined
  readonly operands: Operands
  /** Leading operands that are no paths, such as the pattern of `grep`. */
  readonly patterns?: number | undefined
  readonly flags?: readonly FlagRule[] | undefined
  /** Flags that name a file to write. */
  readonly output?: RegExp | undefined
  /** Levels of subcommands; the last word of a key may be `*`. What is not listed has the level of the program. */
  readonly subcommands?: readonly (readonly [names: string, level: Level, reason?: string])[] | undefined
}

const table = new Map<string, Program>()

function add(names: string, program: Program): void {
  for (const name of names.split(' ')) table.set(name, program)
}

/** Finds what is known of a program by its name. */
export function programOf(name: string): Program | undefined {
  return table.get(name)
}

/** Flags with which almost any program only tells about itself. */
export const selfDescription = /^(?:--help|--version|-V|--usage)$/

add(
  'true false : echo pwd whoami id groups uname arch nproc uptime free locale basename dirname seq expr factor tput clear sleep wait jobs return exit break continue shift set shopt type which whereis dirs times ulimit umask cal tty logname users who w vmstat lscpu getconf whatis tldr numfmt bc yes',
  {
    level: 'low',
    operands: 'none',
  },
)
add('date', { level: 'low', operands: 'read', flags: [[/^(?:-s|--set)/, 'high', 'sets the clock']] })
add('man info apropos', {
  level: 'low',
  operands: 'none',
  flags: [[/^-(?:[a-zA-Z]*[PHC]|-pager|-html|-browser|-config-file)/, 'high', 'runs another program']],
})
add('hash', { level: 'low', operands: 'none', flags: [[/^-[a-z]*p/, 'high', 'gives a command another program']] })
add('history fc', { level: 'medium', reason: 'shows or changes the history', operands: 'write' })
add('file', { level: 'low', operands: 'read', flags: [[/^(?:-[a-zA-Z]*C|--compile)/, 'medium', 'writes a file']] })
add('ldd', { level: 'medium', reason: 'may start the program it looks at', operands: 'read' })
add('hostname', {
  level: 'low',
  operands: 'none',
  flags: [[/^(?:-F|--file|-b)/, 'high', 'sets the name of the machine']],
})
add(
  'cat head tail less more tac rev nl wc ls dir vdir stat du df tree realpath readlink md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum cmp comm diff diff3 sdiff colordiff paste join fold fmt expand unexpand column pr od hexdump strings base32 base64 zcat bzcat xzcat gzcat zless lsof lsblk pgrep pstree bat eza exa lsd cloc tokei scc delta glow pdftotext nm objdump readelf size jp',
  {
    level: 'low',
    operands: 'read',
    flags: [
      [/^--(?:pager|lessopen)/, 'high', 'runs another program as pager'],
      [/^-(?:o|-output)(?=$|=|[^-])/, 'medium', 'may write a file'],
    ],
  },
)
add('grep egrep fgrep zgrep cut tr look', {
  level: 'low',
  operands: 'read',
  patterns: 1,
  flags: [[/^--output-delimiter/, 'low', '']],
})
add('cut', { level: 'low', operands: 'read' })
add('tr', { level: 'low', operands: 'none' })
add('rg ag ack', {
  level: 'low',
  operands: 'read',
  patterns: 1,
  flags: [[/^--(?:pre|hostname-bin|pager|search-zip-bin)/, 'high', 'runs another program on each file']],
})
add('jq', { level: 'low', operands: 'read', patterns: 1, flags: [[/^-[a-zA-Z]*L/, 'medium', 'loads code']] })
add('yq', {
  level: 'low',
  operands: 'read',
  patterns: 1,
  flags: [[/^-(?:i|-inplace|-in-place)/, 'medium', 'changes files in place']],
})
add('uniq xxd', { level: 'low', operands: 'source', flags: [[/^-r|^--revert/, 'medium', 'may write a file']] })
add('sort', {
  level: 'low',
  operands: 'read',
  flags: [
    [/^-[a-zA-Z]*o|^--output/, 'medium', 'writes a file'],
    [/^--compress-program/, 'high', 'runs another program'],
  ],
  output: /^(?:-[a-zA-Z]*o|--output)/,
})
add('env printenv', { level: 'medium', reason: 'shows the environment', operands: 'none' })

add('touch mkdir mktemp', { level: 'medium', reason: 'creates files', operands: 'write' })
add('tee', { level: 'medium', reason: 'writes files', operands: 'write' })
add('cp install ln', {
  level: 'medium',
  reason: 'writes files',
  operands: 'target',
  flags: [[/^--remove-destination|^-[a-zA-Z]*f/, 'medium', 'replaces files']],
  output: /^(?:-t|--target-directory)/,
})
add('mv', { level: 'medium', reason: 'moves files', operands: 'write' })
add('patch', { level: 'medium', reason: 'changes files', operands: 'write' })
add('split csplit', {
  level: 'medium',
  reason: 'writes files',
  operands: 'write',
  flags: [[/^--filter/, 'high', 'runs another program']],
})
add('rm', {
  level: 'medium',
  reason: 'deletes files',
  operands: 'delete',
  flags: [
    [/^-[a-zA-Z]*[rR]|^--r/, 'high', 'deletes folders with all they hold'],
    [/^--no-preserve-root/, 'high', 'may delete the whole disk'],
  ],
})
add('rmdir unlink', { level: 'medium', reason: 'deletes files', operands: 'delete' })
add('shred wipe srm truncate', { level: 'high', reason: 'destroys the content of files', operands: 'delete' })
add('chmod', {
  level: 'medium',
  reason: 'changes permissions',
  operands: 'write',
  patterns: 1,
  flags: [[/^(?:-[a-zA-Z]*R|--recursive)/, 'high', 'changes permissions of whole folders']],
})
add('chown chgrp chattr setfacl setfattr', {
  level: 'high',
  reason: 'changes owners or attributes',
  operands: 'write',
  patterns: 1,
})
add(
  'gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 compress uncompress zip unzip 7z 7za 7zr unrar unar cpio ar ranlib',
  {
    level: 'medium',
    reason: 'packs or unpacks files',
    operands: 'write',
    flags: [
      [/^-(?:TT|-unzip-command)/, 'high', 'runs another program'],
      [/^--to-command/, 'high', 'runs another program'],
    ],
  },
)
add('zip', {
  level: 'medium',
  reason: 'packs files',
  operands: 'write',
  flags: [[/^-T|^--unzip-command|^-TT/, 'high', 'may run another program']],
})
add('tar bsdtar gtar', {
  level: 'medium',
  reason: 'packs or unpacks files',
  operands: 'write',
  flags: [
    [
      /^--(?:checkpoint-action|to-command|use-compress-program|rsh-command|info-script|new-volume-script)|^-[a-zA-Z]*[IF]/,
      'high',
      'may run another program',
    ],
    [/^-[a-zA-Z]*P|^--absolute-names/, 'high', 'writes to absolute paths'],
    [/^--(?:remove-files|overwrite|recursive-unlink|unlink-first)/, 'high', 'deletes files'],
  ],
})
add('dd', { level: 'high', reason: 'copies raw data', operands: 'none' })
add(
  'mkfs mke2fs mkswap fdisk sfdisk cfdisk gdisk sgdisk parted wipefs hdparm losetup cryptsetup lvremove vgremove pvremove blkdiscard badblocks diskutil mount umount swapoff swapon tune2fs resize2fs fsck e2fsck zpool zfs btrfs',
  {
    level: 'high',
    reason: 'changes disks',
    operands: 'none',
  },
)

/** Reason of programs that only ask others for something. */
export const usesNetwork = 'uses the network'
add('dig nslookup host ping ping6 traceroute tracepath mtr whois arp', {
  level: 'medium',
  reason: usesNetwork,
  operands: 'none',
})
add('ss netstat ip ifconfig route iwconfig nmcli', {
  level: 'medium',
  reason: 'shows or changes the network',
  operands: 'none',
  subcommands: [
    ['* add', 'high', 'changes the network'],
    ['* del', 'high', 'changes the network'],
    ['* flush', 'high', 'changes the network'],
    ['* set', 'high', 'changes the network'],
  ],
})
add('nc ncat netcat socat telnet nmap masscan tcpdump tshark ngrok cloudflared tailscale chisel hping3 arping', {
  level: 'high',
  reason: 'opens raw connections',
  operands: 'read',
})
add('ftp sftp lftp tftp ncftp', { level: 'high', reason: 'moves files over the network', operands: 'read' })
add('scp rclone s3cmd mc gsutil azcopy', { level: 'high', reason: 'moves files over the network', operands: 'target' })
add('mail mailx sendmail mutt msmtp swaks', { level: 'high', reason: 'sends mail', operands: 'read' })
add('open xdg-open start explorer', { level: 'medium', reason: 'opens another program', operands: 'read' })
add('pbcopy pbpaste xclip xsel wl-copy wl-paste clip', {
  level: 'medium',
  reason: 'uses the clipboard',
  operands: 'none',
})
add('say notify-send', { level: 'medium', reason: 'shows something to the user', operands: 'none' })
add('screencapture scrot import gnome-screenshot', { level: 'high', reason: 'records the screen', operands: 'write' })

add('kill', { level: 'medium', reason: 'ends processes', operands: 'none' })
add('killall pkill xkill fuser skill', { level: 'high', reason: 'ends processes by name', operands: 'none' })
add('shutdown reboot halt poweroff init telinit systemd-run loginctl', {
  level: 'high',
  reason: 'stops the machine or its services',
  operands: 'none',
})
add('systemctl service launchctl rc-service initctl supervisorctl pm2 forever', {
  level: 'high',
  reason: 'controls services',
  operands: 'none',
  subcommands: [
    ['status', 'medium', 'shows services'],
    ['is-active', 'medium', 'shows services'],
    ['list-units', 'medium', 'shows services'],
    ['list', 'medium', 'shows services'],
    ['logs', 'medium', 'shows services'],
  ],
})
add('journalctl dmesg last lastlog', {
  level: 'medium',
  reason: 'reads logs of the machine',
  operands: 'none',
  flags: [[/^--(?:vacuum|rotate|flush|clear)|^-[cC]$/, 'high', 'deletes logs of the machine']],
})
add('crontab at batch atrm', { level: 'high', reason: 'schedules work', operands: 'none', flags: [] })
add('useradd userdel usermod adduser deluser groupadd groupdel passwd chpasswd chsh chfn visudo vipw gpasswd newgrp', {
  level: 'high',
  reason: 'changes accounts',
  operands: 'none',
})
add(
  'insmod rmmod modprobe sysctl setenforce iptables ip6tables nft ufw firewall-cmd pfctl update-alternatives ldconfig grub-install efibootmgr hwclock timedatectl hostnamectl localectl defaults csrutil spctl reg regedit bcdedit schtasks kexec',
  {
    level: 'high',
    reason: 'changes the system',
    operands: 'none',
  },
)
add('gdb lldb strace ltrace perf bpftrace dtrace ptrace frida', {
  level: 'high',
  reason: 'controls or watches other programs',
  operands: 'read',
})
add(
  'security keyring secret-tool pass gpg gpg2 ssh-keygen ssh-add ssh-agent age openssl op bw vault doppler sops kinit certbot',
  {
    level: 'high',
    reason: 'handles keys',
    operands: 'write',
  },
)
add('script expect screen tmux dtach abduco ttyd tmate', {
  level: 'high',
  reason: 'runs programs where they are not seen',
  operands: 'none',
})
add('enable disown bg fg bind complete compgen compopt caller suspend logout alias unalias', {
  level: 'medium',
  reason: 'changes the shell',
  operands: 'none',
  flags: [[/^-[a-zA-Z]*f/, 'high', 'loads code into the shell']],
})

add('docker podman nerdctl', {
  level: 'high',
  reason: 'controls containers, which can reach the whole machine',
  operands: 'none',
  subcommands: [
    ['ps', 'low'],
    ['images', 'low'],
    ['version', 'low'],
    ['info', 'low'],
    ['logs', 'low'],
    ['inspect', 'medium', 'shows the settings of containers'],
    ['stats', 'low'],
    ['top', 'low'],
    ['port', 'low'],
    ['diff', 'low'],
    ['history', 'low'],
    ['image ls', 'low'],
    ['container ls', 'low'],
    ['volume ls', 'low'],
    ['network ls', 'low'],
    ['compose ps', 'low'],
    ['compose logs', 'low'],
    ['compose config', 'medium', 'shows the settings of containers'],
    ['build', 'medium', 'builds an image, which runs code'],
    ['pull', 'medium', usesNetwork],
    ['compose build', 'medium', 'builds an image, which runs code'],
    ['compose pull', 'medium', usesNetwork],
  ],
})
add('kubectl oc helm', {
  level: 'high',
  reason: 'changes a cluster',
  operands: 'none',
  subcommands: [
    ['get secret', 'high', 'reads secrets'],
    ['get secrets', 'high', 'reads secrets'],
    ['get', 'medium', usesNetwork],
    ['describe', 'medium', usesNetwork],
    ['logs', 'medium', usesNetwork],
    ['version', 'medium', usesNetwork],
    ['explain', 'medium', usesNetwork],
    ['top', 'medium', usesNetwork],
    ['diff', 'medium', usesNetwork],
    ['api-resources', 'medium', usesNetwork],
    ['list', 'medium', usesNetwork],
    ['ls', 'medium', usesNetwork],
    ['status', 'medium', usesNetwork],
    ['template', 'medium', 'renders templates'],
    ['lint', 'medium', 'checks templates'],
    ['config view', 'high', 'shows credentials'],
    ['config current-context', 'low'],
  ],
})
add('terraform tofu pulumi ansible ansible-playbook vagrant packer', {
  level: 'high',
  reason: 'changes infrastructure',
  operands: 'none',
  subcommands: [
    ['plan', 'medium', usesNetwork],
    ['validate', 'medium', 'checks the configuration'],
    ['fmt', 'medium', 'formats files'],
    ['preview', 'medium', usesNetwork],
    ['version', 'low'],
  ],
})
add(
  'aws gcloud az doctl heroku fly flyctl vercel netlify wrangler railway supabase firebase eas serverless sls cdk sam',
  {
    level: 'high',
    reason: 'changes things in a cloud account',
    operands: 'none',
  },
)
add('gh glab hub', {
  level: 'high',
  reason: 'changes things on the code host',
  operands: 'none',
  subcommands: [
    ['auth token', 'high', 'shows a token'],
    ...['pr', 'issue', 'run', 'repo', 'release', 'workflow', 'mr', 'ci'].flatMap((noun) =>
      ['list', 'view', 'status', 'diff', 'checks', 'watch'].map(
        (verb) => [`${noun} ${verb}`, 'medium', usesNetwork] as const,
      ),
    ),
    ['search *', 'medium', usesNetwork],
    ['auth status', 'medium', usesNetwork],
    ['pr checkout', 'medium', 'changes the working tree'],
    ['repo clone', 'medium', usesNetwork],
  ],
})
add('psql mysql mariadb sqlite3 mongo mongosh redis-cli cqlsh clickhouse-client duckdb sqlcmd', {
  level: 'medium',
  reason: 'works on a database',
  operands: 'read',
})
add('dropdb dropuser pg_restore mongorestore mysqladmin createuser', {
  level: 'high',
  reason: 'changes a database',
  operands: 'none',
})
add('pg_dump mysqldump mongodump createdb', { level: 'medium', reason: 'works on a database', operands: 'write' })

const installs = 'installs packages, which may run code of others'
const publishes = 'publishes'
const account = 'uses an account at a registry'
/** Reason of programs that run what the project says. */
export const runsCode = 'runs code of the project'
add('npm pnpm yarn', {
  level: 'medium',
  reason: 'works on packages',
  operands: 'none',
  flags: [
    [/^(?:-g|--global|--location=global)$/, 'high', 'installs for the whole machine'],
    [/^--unsafe-perm/, 'high', 'runs install scripts with all rights'],
    [/^--(?:script-shell|node-options|prefix|globalconfig|userconfig)/, 'high', 'changes how scripts run'],
  ],
  subcommands: [
    ['ls', 'low'],
    ['list', 'low'],
    ['ll', 'low'],
    ['why', 'low'],
    ['explain', 'low'],
    ['root', 'low'],
    ['bin', 'low'],
    ['help', 'low'],
    ['pkg get', 'low'],
    ['view', 'medium', usesNetwork],
    ['info', 'medium', usesNetwork],
    ['show', 'medium', usesNetwork],
    ['search', 'medium', usesNetwork],
    ['outdated', 'medium', usesNetwork],
    ['audit', 'medium', usesNetwork],
    ['ping', 'medium', usesNetwork],
    ['test', 'medium', runsCode],
    ['t', 'medium', runsCode],
    ['start', 'medium', runsCode],
    ['run *', 'medium', runsCode],
    ['run-script *', 'medium', runsCode],
    ['stop', 'medium', runsCode],
    ['build', 'medium', runsCode],
    ['lint', 'medium', runsCode],
    ['exec *', 'medium', runsCode],
    ...[
      'install',
      'i',
      'ci',
      'add',
      'update',
      'upgrade',
      'up',
      'rebuild',
      'dedupe',
      'link',
      'clean-install',
      'it',
      'install-test',
    ].map((name) => [name, 'medium', installs] as const),
    ...['uninstall', 'remove', 'rm', 'un', 'prune'].map((name) => [name, 'medium', 'removes packages'] as const),
    ...['publish', 'unpublish', 'deprecate', 'dist-tag'].map((name) => [name, 'high', publishes] as const),
    ...[
      'login',
      'logout',
      'adduser',
      'token',
      'owner',
      'access',
      'team',
      'org',
      'profile',
      'hook',
      'star',
      'whoami',
    ].map((name) => [name, 'high', account] as const),
    ['config get', 'medium', 'shows settings'],
    ['config set', 'high', 'changes settings of the package manager'],
    ['config delete', 'high', 'changes settings of the package manager'],
    ['config list', 'high', 'may show tokens'],
    ['config edit', 'high', 'changes settings of the package manager'],
    ['set', 'high', 'changes settings of the package manager'],
    ['set-script', 'high', 'changes scripts of the project'],
    ['explore', 'high', 'runs a program in a package'],
    ['dlx', 'high', 'downloads code and runs it'],
    ['create', 'high', 'downloads code and runs it'],
    ['init *', 'high', 'downloads code and runs it'],
    ['init', 'medium', 'creates a package'],
    ['pack', 'medium', 'packs files'],
    ['store prune', 'medium', 'deletes cached packages'],
    ['cache clean', 'medium', 'deletes cached packages'],
  ],
})
add('npx pnpx', {
  level: 'medium',
  reason: 'runs code of a package',
  operands: 'none',
  flags: [[/^(?:-y|--yes|-p|--package|-c|--call|--package=.*|--call=.*)$/, 'high', 'may download code and run it']],
})
add('bunx uvx pipx', { level: 'high', reason: 'may download code and run it', operands: 'none' })
add('pip pip3 pip2 uv poetry pdm pipenv conda mamba gem bundle bundler composer easy_install hatch rye', {
  level: 'medium',
  reason: 'works on packages',
  operands: 'none',
  flags: [
    [
      /^--(?:break-system-packages|user|target|prefix|root|index-url|extra-index-url|trusted-host)|^-(?:t|i)$/,
      'high',
      'installs beyond the project, or from elsewhere',
    ],
  ],
  subcommands: [
    ['list', 'low'],
    ['freeze', 'low'],
    ['show', 'low'],
    ['check', 'low'],
    ['tree', 'low'],
    ['pip list', 'low'],
    ['pip freeze', 'low'],
    ...['install', 'add', 'sync', 'update', 'upgrade', 'pip install', 'require', 'lock', 'create', 'env create'].map(
      (name) => [name, 'medium', installs] as const,
    ),
    ['run *', 'medium', runsCode],
    ['exec *', 'medium', runsCode],
    ['uninstall', 'medium', 'removes packages'],
    ['remove', 'medium', 'removes packages'],
    ['publish', 'high', publishes],
    ['push', 'high', publishes],
    ['yank', 'high', publishes],
    ['tool run', 'high', 'downloads code and runs it'],
    ['config *', 'high', 'changes settings of the package manager'],
    ['signin', 'high', account],
    ['owner', 'high', account],
  ],
})
add(
  'apt apt-get aptitude dnf yum zypper pacman apk emerge xbps-install brew port snap flatpak nix nix-env nix-shell choco winget scoop rpm dpkg',
  {
    level: 'high',
    reason: 'installs or removes software of the machine',
    operands: 'none',
    subcommands: [
      ['list', 'medium', 'shows software of the machine'],
      ['search', 'medium', usesNetwork],
      ['show', 'medium', 'shows software of the machine'],
      ['info', 'medium', 'shows software of the machine'],
      ['-l', 'medium', 'shows software of the machine'],
      ['-qa', 'medium', 'shows software of the machine'],
    ],
  },
)
add('cargo', {
  level: 'medium',
  reason: runsCode,
  operands: 'none',
  flags: [[/^--config/, 'high', 'changes how the build runs']],
  subcommands: [
    ['tree', 'low'],
    ['metadata', 'low'],
    ['search', 'medium', usesNetwork],
    ['add', 'medium', installs],
    ['install', 'medium', installs],
    ['uninstall', 'medium', 'removes packages'],
    ['clean', 'medium', 'deletes build output'],
    ['fmt', 'medium', 'formats files'],
    ['build', 'medium', runsCode],
    ['test', 'medium', runsCode],
    ['run', 'medium', runsCode],
    ['check', 'medium', runsCode],
    ['clippy', 'medium', runsCode],
    ['bench', 'medium', runsCode],
    ['doc', 'medium', runsCode],
    ['publish', 'high', publishes],
    ['yank', 'high', publishes],
    ['login', 'high', account],
    ['logout', 'high', account],
    ['owner', 'high', account],
  ],
})
add('go', {
  level: 'medium',
  reason: runsCode,
  operands: 'none',
  flags: [
    [/^-w$/, 'high', 'changes settings of the toolchain'],
    [/^-?-(?:toolexec|exec|overlay|modfile)/, 'high', 'runs another program'],
  ],
  subcommands: [
    ['version', 'low'],
    ['list', 'low'],
    ['doc', 'low'],
    ['env', 'low'],
    ['fmt', 'medium', 'formats files'],
    ['vet', 'medium', runsCode],
    ['build', 'medium', runsCode],
    ['test', 'medium', runsCode],
    ['run', 'medium', runsCode],
    ['get', 'medium', installs],
    ['install', 'medium', installs],
    ['mod tidy', 'medium', installs],
    ['mod download', 'medium', installs],
    ['generate', 'medium', runsCode],
    ['clean', 'medium', 'deletes build output'],
  ],
})
const builds: Omit<Program, 'level'> = { reason: runsCode, operands: 'none' }
add(
  'make gmake just task ninja cmake meson bazel buck gradle gradlew mvn mvnw ant sbt rake tox nox pytest unittest phpunit rspec jest vitest mocha ava tap playwright cypress tsc tsup vite rollup webpack esbuild turbo nx lerna gulp grunt next nuxt astro storybook dotnet swiftc rustc gcc g++ cc c++ clang clang++ javac ghc mix elixir erl stack cabal dune opam zig forge hardhat anvil',
  {
    level: 'medium',
    ...builds,
    flags: [[/^--(?:eval|shell)(?:=|$)/, 'high', 'runs code given in the command']],
    subcommands: [
      ['install', 'medium', runsCode],
      ['deploy', 'high', 'deploys'],
      ['publish', 'high', publishes],
      ['nuget push', 'high', publishes],
    ],
  },
)
add(
  'eslint biome prettier stylelint markdownlint ruff black isort mypy pyright flake8 pylint rubocop shellcheck shfmt gofmt rustfmt golangci-lint hadolint actionlint knip publint',
  {
    level: 'medium',
    reason: 'checks or formats files',
    operands: 'write',
  },
)
