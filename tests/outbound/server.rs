//! The servers of that network, on every address: what they do depends on the name by which they are called.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// Calls of `busy.test` that are answered at the moment, and the most there ever were.
pub static BUSY: AtomicUsize = AtomicUsize::new(0);
pub static BUSIEST: AtomicUsize = AtomicUsize::new(0);

/// Listens on 80 and 8090, and with TLS on 443.
pub fn start(folder: &Path) {
    let tls = tls(folder);
    // A socket of IPv6 takes IPv4 as well.
    for place in ["[::]:80", "[::]:8090", "[::]:443"] {
        let listener = TcpListener::bind(place).unwrap_or_else(|error| panic!("{place}: {error}"));
        let tls = place.ends_with(":443").then(|| tls.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, tls) = (stream.unwrap(), tls.clone());
                thread::spawn(move || match tls {
                    // A client that goes away ends the conversation, which is what most of these tests are about.
                    None => drop(serve(stream, "http")),
                    Some(tls) => drop(serve(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream), "https")),
                });
            }
        });
    }
}

fn tls(folder: &Path) -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(&fs::read(folder.join("certificate.pem")).unwrap()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&fs::read(folder.join("key.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

fn serve(mut stream: impl Read + Write, scheme: &str) -> std::io::Result<()> {
    let (target, host, request) = read_request(&mut stream)?;
    let name = host.split(':').next().unwrap_or_default();
    let hops: usize = target.trim_start_matches('/').parse().unwrap_or(0);
    match name {
        "redirect.test" => redirect(&mut stream, "302 Found", "http://127.0.0.1/"),
        "redirect-inside.test" => redirect(&mut stream, "307 Temporary Redirect", "http://10.0.0.1/"),
        "redirect-file.test" => redirect(&mut stream, "307 Temporary Redirect", "file:///etc/passwd"),
        "redirect-https-http.test" if scheme == "http" => {
            redirect(&mut stream, "308 Permanent Redirect", "https://redirect-https-http.test/")
        }
        "redirect-https-http.test" => redirect(&mut stream, "307 Temporary Redirect", "http://public.test/"),
        "redirect5.test" if hops < 6 => redirect(&mut stream, "307 Temporary Redirect", &format!("/{}", hops + 1)),
        "redirect-twenty.test" if hops < 20 => redirect(&mut stream, "302 Found", &format!("/{}", hops + 1)),
        "loop.test" => redirect(&mut stream, "308 Permanent Redirect", "/"),
        "silent.test" => wait(&mut stream),
        "slow.test" => slow(&mut stream),
        "endless.test" => endless(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 4096]),
        "headers.test" => endless(&mut stream, b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"),
        "gzipbomb.test" => bomb(&mut stream),
        "broken.test" => answer(&mut stream, "503 Service Unavailable", "broken"),
        "busy.test" => busy(&mut stream),
        _ => answer(&mut stream, "200 OK", &format!("{scheme} {host} {target} {request}")),
    }
}

/// Target, host, and the rest of the request in one line.
fn read_request(stream: &mut impl Read) -> std::io::Result<(String, String, String)> {
    let mut text = vec![];
    let mut buffer = [0; 4096];
    while !text.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => text.extend_from_slice(&buffer[..read]),
        }
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    let target = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let host = text.lines().find_map(|line| line.to_lowercase().strip_prefix("host: ").map(str::to_owned));
    Ok((target, host.unwrap_or_default(), text.replace("\r\n", "|")))
}

fn answer(stream: &mut impl Write, status: &str, body: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    stream.flush()
}

fn redirect(stream: &mut impl Write, status: &str, to: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")?;
    stream.flush()
}

/// Until the client goes away.
fn wait(stream: &mut impl Read) -> std::io::Result<()> {
    while stream.read(&mut [0; 64])? > 0 {}
    Ok(())
}

fn slow(stream: &mut impl Write) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")?;
    loop {
        stream.write_all(b"x")?;
        stream.flush()?;
        thread::sleep(Duration::from_secs(1));
    }
}

fn endless(stream: &mut impl Write, head: &[u8], part: &[u8]) -> std::io::Result<()> {
    stream.write_all(head)?;
    loop {
        stream.write_all(part)?;
    }
}

/// 100 MiB of zeros in about 100 KiB.
fn bomb(stream: &mut impl Write) -> std::io::Result<()> {
    let mut packer = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    for _ in 0..100 {
        packer.write_all(&[0; 1 << 20])?;
    }
    let packed = packer.finish()?;
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len())?;
    stream.write_all(&packed)?;
    stream.flush()
}

fn busy(stream: &mut impl Write) -> std::io::Result<()> {
    BUSIEST.fetch_max(BUSY.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    thread::sleep(Duration::from_millis(150));
    BUSY.fetch_sub(1, Ordering::SeqCst);
    answer(stream, "200 OK", "done")
}

/// A connection that no guard looks at.
pub fn connect_unguarded(place: &str) -> bool {
    TcpStream::connect_timeout(&place.parse().unwrap(), Duration::from_secs(1)).is_ok()
}
