/** Variables by which programs find the code, the configuration and the peers they use. */

const steering =
  /^(?:PATH|ENV|BASH_ENV|BASH_FUNC_.*|LD_.*|DYLD_.*|PS4|PROMPT_COMMAND|SHELLOPTS|BASHOPTS|CDPATH|GLOBIGNORE|NODE_OPTIONS|NODE_PATH|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|PYTHON(?:PATH|STARTUP|HOME|INSPECT)|PERL5(?:OPT|LIB|DB)|RUBY(?:OPT|LIB)|.*JAVA_(?:TOOL_)?OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|GIT_.*|.*PAGER|EDITOR|VISUAL|BROWSER|LESSOPEN|LESSCLOSE|.*ASKPASS|RSYNC_.*|MAKEFLAGS|npm_config_.*|NPM_CONFIG_.*|PIP_.*|UV_.*|.*_PROXY|.*_proxy|SSL_CERT_.*|CURL_HOME|WGETRC|GOFLAGS|GOPROXY|RUSTC.*|RUSTFLAGS|CARGO_.*|TAR_OPTIONS|GCONV_PATH|TERMINFO|OPENSSL_CONF|KUBECONFIG|DOCKER_HOST|HOME|SHELL|CC|CXX|AWKPATH|ZDOTDIR|SSH_.*)$/

const harmless = /^(?:cat|true|:|less|more|vi|nano|none|0|1|false|--max[-_]old[-_]space[-_]size=\d+|)$/

/** Tells whether setting `name` to `value` changes what programs run or whom they trust. */
export function steers(name: string, value: string): boolean {
  return steering.test(name) && !harmless.test(value)
}
