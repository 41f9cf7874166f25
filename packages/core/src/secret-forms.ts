/** Forms that issuers give to their keys, so that one can be told from other text by itself. */

/** One form. */
interface SecretForm {
  /** Who issues it, in a word, for the mark that takes its place. */
  readonly kind: string
  /** An expression for the whole of it, without groups that capture; matched where a word begins, and case counts. */
  readonly pattern: string
}

const hex = '[0-9a-f]'

/** By what begins them. Lengths are what the issuers document, or issue today; most have grown, and few have shrunk. */
const forms: readonly SecretForm[] = [
  { kind: 'github', pattern: 'gh[pousr]_\\w{36,}|github_pat_\\w{40,}' },
  { kind: 'npm', pattern: 'npm_[A-Za-z0-9]{36}\\b' },
  { kind: 'gitlab', pattern: 'gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent)-(?=[\\w-]{0,60}\\d)[\\w-]{20,}' },
  { kind: 'pypi', pattern: 'pypi-AgE[\\w-]{50,}' },
  { kind: 'rubygems', pattern: `rubygems_${hex}{48}` },
  { kind: 'crates', pattern: 'cio[A-Za-z0-9]{32}\\b' },
  { kind: 'nuget', pattern: 'oy2[a-z0-9]{43}\\b' },
  { kind: 'clojars', pattern: 'CLOJARS_[A-Za-z0-9]{60}' },
  { kind: 'docker', pattern: 'dckr_(?:pat|oat)_[\\w-]{27,}' },
  { kind: 'hugging-face', pattern: 'hf_[A-Za-z0-9]{34}\\b' },
  { kind: 'groq', pattern: 'gsk_[A-Za-z0-9]{40,}' },
  { kind: 'xai', pattern: 'xai-[A-Za-z0-9]{60,}' },
  { kind: 'perplexity', pattern: 'pplx-[A-Za-z0-9]{40,}' },
  { kind: 'replicate', pattern: 'r8_[A-Za-z0-9]{37}\\b' },
  { kind: 'nvidia', pattern: 'nvapi-[\\w-]{60,}' },
  { kind: 'slack', pattern: 'xox[abeprs]-[\\w-]{10,}|xapp-\\d-[\\w-]{20,}' },
  { kind: 'slack', pattern: 'https://hooks\\.slack\\.com/(?:services|workflows|triggers)/[\\w/]{20,}' },
  { kind: 'discord', pattern: 'https://(?:\\w{1,20}\\.)?discord(?:app)?\\.com/api/webhooks/\\d{15,20}/[\\w-]{40,}' },
  { kind: 'discord', pattern: '[MNO][\\w-]{22,25}\\.[\\w-]{6}\\.[\\w-]{27,}' },
  { kind: 'telegram', pattern: '\\d{8,10}:AA[\\w-]{33}(?![\\w-])' },
  { kind: 'aws', pattern: '(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\\b' },
  { kind: 'google', pattern: 'AIza[\\w-]{35,}|GOCSPX-[\\w-]{28,}|ya29\\.[\\w-]{30,}' },
  { kind: 'azure', pattern: '[A-Za-z0-9_~.]{3}8Q~[\\w~.-]{31,34}(?![\\w~.-])' },
  { kind: 'azure', pattern: '(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}' },
  { kind: 'azure', pattern: 'sig=[A-Za-z0-9%]{40,}%3D' },
  { kind: 'stripe', pattern: 'whsec_[A-Za-z0-9+/]{32,}={0,2}' },
  { kind: 'square', pattern: 'EAAA[\\w-]{58,}|sq0(?:atp|csp|idp)-[\\w-]{22,}' },
  { kind: 'shopify', pattern: `shp(?:at|ss|ca|pa)_${hex}{32}` },
  { kind: 'razorpay', pattern: 'rzp_(?:live|test)_[A-Za-z0-9]{14}' },
  { kind: 'flutterwave', pattern: `FLWSECK(?:_TEST)?-${hex}{12,32}-X` },
  { kind: 'braintree', pattern: `access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$${hex}{32}` },
  { kind: 'easypost', pattern: 'EZ[AT]K[A-Za-z0-9]{54}\\b' },
  { kind: 'shippo', pattern: `shippo_(?:live|test)_${hex}{40}` },
  { kind: 'sendgrid', pattern: 'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}' },
  { kind: 'mailgun', pattern: `key-${hex}{32}\\b` },
  { kind: 'twilio', pattern: `SK${hex}{32}\\b` },
  { kind: 'mailchimp', pattern: `${hex}{32}-us\\d{1,2}\\b` },
  { kind: 'digitalocean', pattern: `do[opr]_v1_${hex}{64}` },
  { kind: 'vault', pattern: 'hv[sbr]\\.[\\w-]{24,}' },
  { kind: 'terraform', pattern: '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,}' },
  { kind: 'databricks', pattern: `dapi${hex}{32}(?:-\\d)?\\b` },
  { kind: 'doppler', pattern: 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[\\w-]{1,40}\\.)?[A-Za-z0-9]{40,44}\\b' },
  { kind: 'pulumi', pattern: `pul-${hex}{40}\\b` },
  { kind: 'planetscale', pattern: 'pscale_(?:tkn|pw|oauth)_[\\w.=-]{32,}' },
  { kind: 'supabase', pattern: `sbp_${hex}{40}|sb_secret_[\\w-]{20,}` },
  { kind: 'netlify', pattern: 'nf[pcobu]_[A-Za-z0-9]{36}' },
  { kind: 'heroku', pattern: 'HRKU-[\\w-]{36,}' },
  { kind: 'fly', pattern: 'FlyV1 fm2_[A-Za-z0-9+/=,_]{40,}|fo1_[\\w-]{43}' },
  { kind: 'atlassian', pattern: 'AT[AC]TT3[\\w=-]{60,}|ATBB[A-Za-z0-9]{24,}' },
  { kind: 'linear', pattern: 'lin_(?:api|oauth)_[A-Za-z0-9]{40,}' },
  { kind: 'notion', pattern: 'ntn_[A-Za-z0-9]{40,}' },
  { kind: 'postman', pattern: `PMAK-${hex}{24}-${hex}{34}` },
  { kind: 'airtable', pattern: `pat[A-Za-z0-9]{14}\\.${hex}{64}` },
  { kind: 'figma', pattern: 'fig[dur]_[\\w-]{40,}' },
  { kind: 'new-relic', pattern: 'NRA[KA]-[A-Z0-9]{27}\\b|NRII-[\\w-]{32}' },
  { kind: 'sentry', pattern: `sntry[su]_[\\w+/=]{60,}` },
  { kind: 'grafana', pattern: `glsa_[A-Za-z0-9]{32}_${hex}{8}|glc_[A-Za-z0-9+/]{32,}={0,2}` },
  { kind: 'dynatrace', pattern: 'dt0[a-z]\\d{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}' },
  { kind: 'sonar', pattern: `sq[upa]_${hex}{40}` },
  { kind: 'circleci', pattern: 'CCIPAT_[A-Za-z0-9]{22}_[0-9a-f]{40}' },
  { kind: 'buildkite', pattern: `bk(?:ua|pat)_${hex}{40}` },
  { kind: 'tailscale', pattern: 'tskey-(?:auth|api|client)-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}' },
  { kind: 'contentful', pattern: 'CFPAT-[\\w-]{43}' },
  { kind: 'artifactory', pattern: 'AKCp[A-Za-z0-9]{69}' },
  { kind: 'alibaba', pattern: 'LTAI[A-Za-z0-9]{16,20}\\b' },
  { kind: 'age', pattern: 'AGE-SECRET-KEY-1[0-9A-Z]{58}' },
]

const whole = forms.map(({ kind, pattern }) => ({ kind, pattern: new RegExp(`^(?:${pattern})$`) }))

/** All forms at once: one pass over the text, however many there are. */
const anyForm = new RegExp(`(?<![\\w-])(?:${forms.map(({ pattern }) => pattern).join('|')})`, 'g')

/** Replaces every key that shows by its form by `[redacted:kind]`. */
export function redactForms(text: string): string {
  return text.replace(anyForm, (found) => {
    const kind = whole.find(({ pattern }) => pattern.test(found))?.kind ?? 'key'
    return isPlaceholder(found) || refuted(found) ? found : `[redacted:${kind}]`
  })
}

/** Whether a key stands for one that somebody has yet to put in: `ghp_xxxxxxxx`. */
function isPlaceholder(key: string): boolean {
  return entropy(key.slice(-20)) < 1.2
}

/** Shannon entropy of the characters of a text, in bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0)
}

/**
 * Whether a key carries a checksum that does not hold: then nobody issued it.
 *
 * @see GitHub, "Behind GitHub's new authentication token formats" (2021): 30 characters, then their CRC-32 in six digits to the base of 62. npm's are alike.
 */
function refuted(key: string): boolean {
  const [, random = '', sum = ''] = /^(?:gh[pousr]|npm)_([A-Za-z0-9]{30})([A-Za-z0-9]{6})$/.exec(key) ?? []
  return random !== '' && base62(crc32(random)) !== sum
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function base62(value: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = (digits[rest % 62] ?? '') + text
  return text.padStart(6, '0')
}

/** CRC-32 as in ISO 3309, of ASCII text. */
function crc32(text: string): number {
  let sum = 0xffffffff
  for (let at = 0; at < text.length; at++) {
    sum ^= text.charCodeAt(at)
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}
