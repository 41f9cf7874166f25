/** What stands behind an author's source in Rust: requests, responses, what the host offers, and the binary interface. */

import type { Kind } from '../../rewrite/abi.js'

/** Shared by all kinds. */
const cart = String.raw`
#[allow(unused_imports)]
use cart::*;

#[allow(dead_code)]
mod cart {
    use std::cell::RefCell;

    #[link(wasm_import_module = "cart")]
    extern "C" {
        #[link_name = "log"]
        fn cart_log(level: i32, pointer: *const u8, length: usize);
        #[link_name = "now"]
        fn cart_now() -> f64;
        #[link_name = "random"]
        fn cart_random(pointer: *mut u8, length: usize);
        #[link_name = "kv_get"]
        fn cart_get(key: *const u8, length: usize, out: *mut u8, capacity: usize) -> i32;
        #[link_name = "kv_set"]
        fn cart_set(key: *const u8, length: usize, value: *const u8, size: usize) -> i32;
        #[link_name = "kv_delete"]
        fn cart_delete(key: *const u8, length: usize) -> i32;
        #[link_name = "kv_list"]
        fn cart_list(prefix: *const u8, length: usize, out: *mut u8, capacity: usize) -> i32;
        #[link_name = "payment"]
        fn cart_payment(out: *mut u8, capacity: usize) -> i32;
        #[link_name = "call"]
        fn cart_call(target: *const u8, length: usize, request: *const u8, size: usize) -> i32;
        #[link_name = "http"]
        fn cart_http(request: *const u8, size: usize) -> i32;
        #[link_name = "take"]
        fn cart_take(out: *mut u8, capacity: usize) -> i32;
    }
    #[link(wasm_import_module = "env")]
    extern "C" {
        #[link_name = "abort"]
        fn cart_abort(message: *const u16, file: *const u16, line: u32, column: u32);
    }

    /// Something that lives as long as the cartridge.
    pub struct Held<T>(pub RefCell<T>);
    // There is one thread.
    unsafe impl<T> Sync for Held<T> {}

    static INPUT: Held<Vec<u8>> = Held(RefCell::new(Vec::new()));
    static OUTPUT: Held<Vec<u8>> = Held(RefCell::new(Vec::new()));

    #[export_name = "cart_abi"]
    extern "C" fn abi() -> i32 {
        0x10000
    }

    /// A panic ends the call with its words and its place.
    #[export_name = "cart_init"]
    extern "C" fn init() {
        std::panic::set_hook(Box::new(|panic| {
            let payload = panic.payload();
            let words = match payload.downcast_ref::<&str>() {
                Some(words) => words.to_string(),
                None => payload.downcast_ref::<String>().cloned().unwrap_or_default(),
            };
            let (line, column) = panic.location().map_or((0, 0), |place| (place.line(), place.column()));
            let (message, file) = (units(&words), units("main"));
            unsafe { cart_abort(message[2..].as_ptr(), file[2..].as_ptr(), line, column) }
        }));
    }

    /// UTF-16 behind its length in bytes.
    fn units(text: &str) -> Vec<u16> {
        let mut units = vec![0, 0];
        units.extend(text.encode_utf16());
        let bytes = 2 * (units.len() - 2);
        units[0] = bytes as u16;
        units[1] = (bytes >> 16) as u16;
        units
    }

    #[export_name = "cart_alloc"]
    extern "C" fn alloc(length: usize) -> *mut u8 {
        let mut input = INPUT.0.borrow_mut();
        *input = vec![0; length];
        input.as_mut_ptr()
    }

    #[export_name = "cart_reset"]
    extern "C" fn reset() {
        *INPUT.0.borrow_mut() = Vec::new();
        *OUTPUT.0.borrow_mut() = Vec::new();
    }

    /// What the host put into the room that it was given.
    pub fn input() -> Vec<u8> {
        INPUT.0.take()
    }

    /// Hands bytes to the host.
    pub fn give(bytes: Vec<u8>) -> u64 {
        let region = ((bytes.as_ptr() as u64) << 32) | bytes.len() as u64;
        *OUTPUT.0.borrow_mut() = bytes;
        region
    }

    fn lossy(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Reads the frames of the host.
    struct Reader<'a>(&'a [u8]);
    impl<'a> Reader<'a> {
        fn number(&mut self) -> u32 {
            let (head, rest) = self.0.split_at(4);
            self.0 = rest;
            u32::from_le_bytes([head[0], head[1], head[2], head[3]])
        }
        fn bytes(&mut self) -> &'a [u8] {
            let length = self.number() as usize;
            let (head, rest) = self.0.split_at(length);
            self.0 = rest;
            head
        }
        fn text(&mut self) -> String {
            lossy(self.bytes())
        }
        fn headers(&mut self) -> Vec<(String, String)> {
            (0..self.number()).map(|_| (self.text(), self.text())).collect()
        }
    }

    fn put_bytes(frame: &mut Vec<u8>, bytes: &[u8]) {
        frame.extend((bytes.len() as u32).to_le_bytes());
        frame.extend(bytes);
    }

    fn put_headers<'a>(frame: &mut Vec<u8>, headers: impl ExactSizeIterator<Item = (&'a str, &'a str)>) {
        frame.extend((headers.len() as u32).to_le_bytes());
        for (name, value) in headers {
            put_bytes(frame, name.as_bytes());
            put_bytes(frame, value.as_bytes());
        }
    }

    /// An HTTP request.
    #[derive(Clone, Debug, Default)]
    pub struct Request {
        pub method: String,
        /// Without what follows the question mark.
        pub path: String,
        pub query: String,
        pub headers: Vec<(String, String)>,
        pub body: Vec<u8>,
    }
    impl Request {
        pub fn read(frame: &[u8]) -> Request {
            let mut reader = Reader(frame);
            Request {
                method: reader.text(),
                path: reader.text(),
                query: reader.text(),
                headers: reader.headers(),
                body: reader.bytes().to_vec(),
            }
        }
        /// The body as text.
        pub fn text(&self) -> String {
            lossy(&self.body)
        }
        /// A header by its name in any case, or "".
        pub fn header(&self, name: &str) -> &str {
            self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
        }
        /// A parameter of the query by its name, decoded, or "".
        pub fn parameter(&self, name: &str) -> String {
            field_of(&self.query, name)
        }
        /// A field of a form that was sent as the body, by its name, decoded, or "".
        pub fn field(&self, name: &str) -> String {
            field_of(&self.text(), name)
        }
    }

    fn field_of(pairs: &str, name: &str) -> String {
        let mut split = pairs.split('&').filter_map(|pair| pair.split_once('='));
        split.find(|(known, _)| decode(known) == name).map_or(String::new(), |(_, value)| decode(value))
    }

    /// Text as it was before it went into a query or a path; what is no encoding stays as it is.
    pub fn decode(text: &str) -> String {
        let (bytes, mut plain, mut at) = (text.as_bytes(), Vec::new(), 0);
        while at < bytes.len() {
            let code = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
            match (bytes[at], code.filter(|digits| !digits.starts_with('+')).and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
                (b'%', Some(byte)) => {
                    plain.push(byte);
                    at += 2;
                }
                (b'+', _) => plain.push(b' '),
                (byte, _) => plain.push(byte),
            }
            at += 1;
        }
        lossy(&plain)
    }

    /// Text as it may stand in HTML, between tags and in attributes with quotes.
    pub fn escape_html(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
    }

    /// An HTTP response.
    #[derive(Clone, Debug)]
    pub struct Response {
        pub status: u16,
        pub headers: Vec<(String, String)>,
        pub body: Vec<u8>,
    }
    impl Response {
        pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Response {
            Response { status, headers: Vec::new(), body: body.into() }
        }
        pub fn text(body: impl Into<String>) -> Response {
            Response::new(200, body.into()).header("content-type", "text/plain; charset=utf-8")
        }
        pub fn json(body: impl Into<String>) -> Response {
            Response::new(200, body.into()).header("content-type", "application/json")
        }
        pub fn html(body: impl Into<String>) -> Response {
            Response::new(200, body.into()).header("content-type", "text/html; charset=utf-8")
        }
        pub fn status(mut self, status: u16) -> Response {
            self.status = status;
            self
        }
        pub fn header(mut self, name: &str, value: &str) -> Response {
            self.headers.push((name.to_string(), value.to_string()));
            self
        }
        /// The body as text, of an answer that somebody else gave.
        pub fn read(&self) -> String {
            lossy(&self.body)
        }
        pub fn encode(&self) -> Vec<u8> {
            let mut frame = (self.status as u32).to_le_bytes().to_vec();
            put_headers(&mut frame, self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            put_bytes(&mut frame, &self.body);
            frame
        }
        fn decode(frame: &[u8]) -> Response {
            let mut reader = Reader(frame);
            Response { status: reader.number() as u16, headers: reader.headers(), body: reader.bytes().to_vec() }
        }
    }

    /// Writes a line of log. Needs the capability "log".
    pub fn log(text: &str) {
        log_at(1, text);
    }

    /// 0 debug, 1 info, 2 warning, 3 error.
    pub fn log_at(level: i32, text: &str) {
        unsafe { cart_log(level, text.as_ptr(), text.len()) }
    }

    /// Milliseconds since 1970. Needs the capability "clock".
    pub fn now() -> f64 {
        unsafe { cart_now() }
    }

    /// A number in [0, 1). Needs the capability "entropy".
    pub fn random() -> f64 {
        let mut bytes = [0; 4];
        unsafe { cart_random(bytes.as_mut_ptr(), 4) }
        f64::from(u32::from_le_bytes(bytes)) / 4294967296.0
    }

    /// Asks for a length, then for as many bytes; None for an error.
    fn asked(ask: impl Fn(*mut u8, usize) -> i32) -> Option<Vec<u8>> {
        let size = usize::try_from(ask(std::ptr::null_mut(), 0)).ok()?;
        let mut bytes = vec![0; size];
        if size > 0 {
            ask(bytes.as_mut_ptr(), size);
        }
        Some(bytes)
    }

    /// Keys and values of this cartridge. Needs the capability "kv". What a call wrote is kept if the call succeeds.
    pub mod kv {
        /// The text under a key.
        pub fn get(key: &str) -> Option<String> {
            super::asked(|out, capacity| unsafe { super::cart_get(key.as_ptr(), key.len(), out, capacity) })
                .map(|bytes| super::lossy(&bytes))
        }
        /// Keeps a text under a key. False if a limit is reached.
        pub fn set(key: &str, value: &str) -> bool {
            unsafe { super::cart_set(key.as_ptr(), key.len(), value.as_ptr(), value.len()) == 0 }
        }
        /// Forgets a key. False if there is none.
        pub fn remove(key: &str) -> bool {
            unsafe { super::cart_delete(key.as_ptr(), key.len()) == 0 }
        }
        /// Keys that begin so, in the order of their bytes.
        pub fn list(prefix: &str) -> Vec<String> {
            let bytes = super::asked(|out, capacity| unsafe {
                super::cart_list(prefix.as_ptr(), prefix.len(), out, capacity)
            })
            .unwrap_or_default();
            let mut reader = super::Reader(&bytes);
            let mut keys = Vec::new();
            while !reader.0.is_empty() {
                keys.push(reader.text());
            }
            keys
        }
    }

    /// The verified payment of this request as JSON, or "null". Needs the capability "payment".
    pub fn payment() -> String {
        lossy(&asked(|out, capacity| unsafe { cart_payment(out, capacity) }).unwrap_or_default())
    }

    fn request_frame(method: &str, path: &str, query: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
        let mut frame = Vec::new();
        for part in [method, path, query] {
            put_bytes(&mut frame, part.as_bytes());
        }
        put_headers(&mut frame, headers.iter().copied());
        put_bytes(&mut frame, body.as_bytes());
        frame
    }

    /// The answer that the host keeps, of so many bytes; None for an error.
    fn taken(length: i32) -> Option<Response> {
        let mut frame = vec![0; usize::try_from(length).ok()?];
        unsafe { cart_take(frame.as_mut_ptr(), frame.len()) };
        Some(Response::decode(&frame))
    }

    /// Asks another cartridge; None if it cannot be asked or fails. Needs the capability "call", and the other among the
    /// targets. What it uses is taken from this call.
    pub fn call(target: &str, path: &str, body: &str, method: &str) -> Option<Response> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let frame = request_frame(method, path, query, &[], body);
        taken(unsafe { cart_call(target.as_ptr(), target.len(), frame.as_ptr(), frame.len()) })
    }

    /// Asks another machine and waits for its answer; None if it may not be asked or does not answer: always so in a trial
    /// and in tests. Needs the capability "http", and its host among the hosts that are named and granted.
    pub fn http(url: &str, method: &str, body: &str, headers: &[(&str, &str)]) -> Option<Response> {
        let frame = request_frame(method, url, "", headers, body);
        taken(unsafe { cart_http(frame.as_ptr(), frame.len()) })
    }

    /// What is shown: pixels, row by row. A colour comes from rgb(0xRRGGBB).
    pub struct Screen {
        pub width: i32,
        pub height: i32,
        pub pixels: Vec<u32>,
    }
    impl Screen {
        pub const fn none() -> Screen {
            Screen { width: 0, height: 0, pixels: Vec::new() }
        }
        /// Takes its size, the first time.
        pub fn begin(&mut self, (width, height): (i32, i32)) {
            if self.pixels.is_empty() {
                *self = Screen { width, height, pixels: vec![rgb(0); (width * height) as usize] };
            }
        }
        pub fn clear(&mut self, colour: u32) {
            self.pixels.fill(colour);
        }
        /// One pixel; outside is left out.
        pub fn set(&mut self, x: i32, y: i32, colour: u32) {
            self.fill(x, y, 1, 1, colour);
        }
        /// A rectangle, as far as it is inside.
        pub fn fill(&mut self, x: i32, y: i32, width: i32, height: i32, colour: u32) {
            let (left, right) = (x.max(0), x.saturating_add(width).min(self.width));
            for row in y.max(0)..y.saturating_add(height).min(self.height) {
                if left < right {
                    let start = row * self.width;
                    self.pixels[(start + left) as usize..(start + right) as usize].fill(colour);
                }
            }
        }
    }

    /// A colour of a Screen from 0xRRGGBB.
    pub fn rgb(colour: u32) -> u32 {
        0xff00_0000 | ((colour & 0xff) << 16) | (colour & 0xff00) | ((colour >> 16) & 0xff)
    }
`

/** Text in, text out. */
const textual = (name: string): string => `
    #[export_name = "${name}"]
    extern "C" fn entry(_pointer: usize, _length: usize) -> u64 {
        give(crate::${name}(&lossy(&input())).into_bytes())
    }
`

const pointerEntry = `
    #[export_name = "pointer"]
    extern "C" fn pointer(x: i32, y: i32, buttons: i32) {
        crate::pointer(x, y, buttons);
    }
`

/** What turns the author's functions into the binary interface. */
function entryOf(kind: Kind, source: string): string {
  switch (kind) {
    case 'backend':
      return `
    #[export_name = "handle"]
    extern "C" fn entry(_pointer: usize, _length: usize) -> u64 {
        give(crate::handle(Request::read(&input())).encode())
    }
`
    case 'cognitive':
      return textual('invoke')
    case 'frontend':
      return textual('render')
    case 'interactive':
      return `
    static SCREEN: Held<Screen> = Held(RefCell::new(Screen::none()));

    #[export_name = "frame"]
    extern "C" fn entry(t: f64, dt: f64) -> i32 {
        let mut screen = SCREEN.0.borrow_mut();
        screen.begin(crate::SIZE);
        crate::frame(&mut screen, t, dt)
    }
    #[export_name = "key"]
    extern "C" fn key(code: i32, down: i32) {
        crate::key(code, down != 0);
    }
    #[export_name = "fb_size"]
    extern "C" fn size() -> i32 {
        let (width, height): (i32, i32) = crate::SIZE;
        (width << 16) | height
    }
    #[export_name = "fb_ptr"]
    extern "C" fn pixels() -> *const u32 {
        SCREEN.0.borrow().pixels.as_ptr()
    }
${/\bpub\s+fn\s+pointer\b/.test(source) ? pointerEntry : ''}`
  }
}

/** The whole crate, in which the author's source comes first, so that its lines keep their numbers. */
export function crateOf(kind: Kind, source: string): string {
  return `${source}\n${cart}${entryOf(kind, source)}}\n`
}
