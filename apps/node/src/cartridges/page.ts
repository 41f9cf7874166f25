/** Pages that cartridges bring along, for frames that reach nothing but the port they are given. */

/** Scripts of its own, no network, no origin. */
const policy =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

/** The page in an answer; 404 where there is none. */
export function pageResponse(page: string | undefined): Response {
  if (page === undefined) return new Response('This cartridge has no page', { status: 404 })
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }
  return new Response(page, {
    headers: { ...headers, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  })
}
