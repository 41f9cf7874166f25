/** What a path's text tells: whether it holds secrets, steers other programs, or leaves the workspace. */

/** Endings that look secret but are meant to be read. */
const templates = /\.(?:example|sample|template|dist|defaults?|pub)$/

const secretNames =
  /^(?:\.env(?:rc|\..+)?|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.npmrc|\.pypirc|\.htpasswd|\.git-credentials|\.vault[-_]?(?:pass|token).*|id_(?:rsa|dsa|ecdsa|ed25519)(?:_.*)?|credentials?(?:\.(?:json|ya?ml|toml|ini|db))?|secrets?\.(?:json|ya?ml|toml|env|ini)|.*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg|agekey)|\.(?:ba|z|k)?sh_history|\.(?:node_repl|python|psql|mysql|sqlite)_history|(?:g|master\.)?shadow-?|sudoers|login data|logins\.json|key[34]\.db|wallet\.dat)$/

const secretFolders =
  /^(?:\.ssh|\.aws|\.gnupg|\.kube|\.docker|\.azure|\.gcloud|gcloud|\.password-store|\.salp|keystore|keychains|\.mozilla|sudoers\.d)$/

/** Tells whether the file at `path` commonly holds keys, passwords or histories. Case does not count. */
export function isSecretPath(path: string): boolean {
  const segments = path
    .toLowerCase()
    .replaceAll('\\', '/')
    .split('/')
    .filter((segment) => segment !== '')
  const name = segments.at(-1) ?? ''
  if (segments.some((segment) => secretFolders.test(segment))) return !name.endsWith('.pub')
  if (segments[0] === 'proc' && /^(?:environ|mem|maps|fd)$/.test(name)) return true
  return secretNames.test(name) && !templates.test(name)
}

/** Tells whether a program other than the reader acts on what stands at `path`: hooks, pipelines, editors' tasks. */
export function isSteeringPath(path: string): boolean {
  const normal = normalizePath(path.toLowerCase())
  return /(?:^|\/)(?:\.git|\.husky|\.github\/workflows|\.circleci|\.vscode|\.idea|\.devcontainer)(?:\/|$)|(?:^|\/)(?:\.gitlab-ci\.ya?ml|\.gitconfig|\.gitmodules|\.envrc|\.(?:ba|z)shrc|\.(?:bash_|z)?profile|authorized_keys|crontab)$/.test(
    normal,
  )
}

/** Takes `.`, `..` and doubled slashes out of a path without asking the disk; `..` may stay in front. */
export function normalizePath(path: string): string {
  const absolute = path.startsWith('/')
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') kept.push(segment)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!absolute) kept.push('..')
  }
  return `${absolute ? '/' : ''}${kept.join('/')}` || '.'
}

/** Where a path leads, seen from a workspace. */
export type Place = 'inside' | 'temporary' | 'null' | 'device' | 'outside'

/** Tells where `path` leads when `folder` (relative to `root`) is the working folder. `~` is the home folder. */
export function placeOf(path: string, { root, folder = '.' }: { root: string; folder?: string | undefined }): Place {
  if (/^~/.test(path)) return 'outside'
  const absolute = normalizePath(path.startsWith('/') ? path : `${root}/${folder}/${path}`)
  if (/^\/dev\/(?:null|zero|stdin|stdout|stderr|tty|fd\/\d+)$/.test(absolute)) return 'null'
  if (/^\/(?:dev|proc|sys)(?:\/|$)/.test(absolute)) return 'device'
  const base = normalizePath(root)
  if (absolute === base || absolute.startsWith(base === '/' ? '/' : `${base}/`)) return 'inside'
  return /^(?:\/private)?(?:\/var)?\/tmp\/./.test(absolute) ? 'temporary' : 'outside'
}
