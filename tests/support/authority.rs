//! A time-stamping authority: `openssl ts` behind a server on loopback, with a root, an intermediate
//! certificate and a signer of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use evalsig::trail::time_stamp;

use super::tool;

/// An authority and its files.
#[derive(Clone)]
pub(crate) struct Authority {
    folder: Arc<tempfile::TempDir>,
}

const CONFIG: &str = "
[ tsa ]
default_tsa = this
[ this ]
serial = serial
crypto_device = builtin
signer_cert = signer.pem
certs = between.pem
signer_key = signer.key
signer_digest = DIGEST
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
clock_precision_digits = 3
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
";

const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n";
const SIGNER: &str = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n";

impl Authority {
    /// An authority with keys of this kind (`rsa:2048`, `ec:P-256`) that signs with this digest; `None`,
    /// said loudly, where there is no openssl.
    pub(crate) fn new(name: &str, key: &str, digest: &str) -> Option<Self> {
        tool("openssl", &["version"])?;
        let this = Self { folder: Arc::new(tempfile::tempdir().unwrap()) };
        std::fs::write(this.path("tsa.cnf"), CONFIG.replace("DIGEST", digest)).unwrap();
        std::fs::write(this.path("serial"), "01\n").unwrap();
        std::fs::write(this.path("authority.ext"), AUTHORITY).unwrap();
        std::fs::write(this.path("signer.ext"), SIGNER).unwrap();
        let kind = match key.split_once(':').unwrap() {
            ("ec", curve) => format!("-newkey ec -pkeyopt ec_paramgen_curve:{curve}"),
            _ => format!("-newkey {key}"),
        };
        this.openssl(&format!("req -x509 {kind} -nodes -keyout root.key -out root.pem -days 3650 -subj /CN={name}-root -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"));
        for (role, issuer, extensions) in
            [("between", "root", "authority.ext"), ("signer", "between", "signer.ext")]
        {
            this.openssl(&format!(
                "req {kind} -nodes -keyout {role}.key -out {role}.csr -subj /CN={name}-{role}"
            ));
            this.openssl(&format!("x509 -req -in {role}.csr -CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial -out {role}.pem -days 3650 -extfile {extensions}"));
        }
        Some(this)
    }

    /// A file of the authority; `root.pem` is what to trust.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The root certificate.
    pub(crate) fn root(&self) -> PathBuf {
        self.path("root.pem")
    }

    /// Runs openssl in the authority's folder.
    pub(crate) fn openssl(&self, line: &str) {
        openssl(self.folder.path(), line);
    }

    /// The answer to a query, as `openssl ts -reply` gives it.
    pub(crate) fn reply(&self, query: &[u8]) -> Vec<u8> {
        // One at a time: the serial number is a file.
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap();
        std::fs::write(self.path("query"), query).unwrap();
        self.openssl("ts -reply -config tsa.cnf -queryfile query -out reply");
        std::fs::read(self.path("reply")).unwrap()
    }

    /// A time stamp of these bytes.
    pub(crate) fn stamp(&self, bytes: &[u8]) -> Vec<u8> {
        let answer = self.reply(&time_stamp::request(bytes, 7).unwrap());
        time_stamp::granted(&answer, bytes, 7).unwrap();
        answer
    }

    /// Serves it; `answer` may upset an answer: the number of the request, the query and the honest answer
    /// in, status and body out.
    pub(crate) fn serve(&self, answer: impl Fn(usize, Vec<u8>) -> (u16, Vec<u8>) + Send + 'static) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tsr", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (this, count) = (self.clone(), asked.clone());
        // Ends with the process: it waits for the next request till then.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let Some((mut stream, query)) = stream.ok().and_then(request) else { continue };
                let (status, body) = answer(number, this.reply(&query));
                let head = format!(
                    "HTTP/1.1 {status} said\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                // Whoever hung up is no concern of the authority.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Served { url, asked }
    }
}

/// An authority on loopback.
pub(crate) struct Served {
    pub(crate) url: String,
    asked: Arc<AtomicUsize>,
}

impl Served {
    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Runs openssl, which must succeed.
pub(crate) fn openssl(folder: &Path, line: &str) {
    let done = Command::new("openssl").args(line.split_whitespace()).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "openssl {line}\n{}", String::from_utf8_lossy(&done.stderr));
}

/// The body of a POST.
fn request(mut stream: TcpStream) -> Option<(TcpStream, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let length: usize = text.split("content-length:").nth(1)?.lines().next()?.trim().parse().ok()?;
            assert!(text.contains("content-type: application/timestamp-query"), "{text}");
            if bytes.len() >= end + 4 + length {
                return Some((stream, bytes[end + 4..end + 4 + length].to_vec()));
            }
        }
        match stream.read(&mut chunk).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}
