//! Zip archives byte by byte: members of one name twice, frames in a row, sizes that lie.

/// A member as it stands in an archive: name, method, packed bytes, what they unpack to.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) method: u16,
    pub(crate) packed: Vec<u8>,
    pub(crate) crc: u32,
    pub(crate) size: u32,
}

impl Member {
    /// Not compressed.
    pub(crate) fn stored(name: &str, bytes: &[u8]) -> Self {
        Self::of(name, 0, bytes.to_vec(), bytes)
    }

    /// Deflated, as Inspect wrote it until 0.3.205.
    pub(crate) fn deflated(name: &str, bytes: &[u8]) -> Self {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, bytes).unwrap();
        Self::of(name, 8, encoder.finish().unwrap(), bytes)
    }

    /// Zstd in frames of so many bytes, as Inspect writes it since 0.3.206.
    pub(crate) fn zstd(name: &str, bytes: &[u8], frame: usize) -> Self {
        Self::of(name, 93, bytes.chunks(frame.min(100_000)).flat_map(raw_frame).collect(), bytes)
    }

    fn of(name: &str, method: u16, packed: Vec<u8>, bytes: &[u8]) -> Self {
        Self { name: name.into(), method, packed, crc: crc32(bytes), size: bytes.len() as u32 }
    }

    /// The fields that the local header and the directory share.
    fn common(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // Version 6.3, names in UTF-8, no time.
        [63, 1 << 11, self.method, 0, 0x21].iter().for_each(|n: &u16| out.extend(n.to_le_bytes()));
        [self.crc, self.packed.len() as u32, self.size].iter().for_each(|n| out.extend(n.to_le_bytes()));
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend(0_u16.to_le_bytes());
        out
    }
}

/// A zstd frame with one block that is not compressed.
fn raw_frame(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000];
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(&((bytes.len() as u32) << 3 | 1).to_le_bytes()[..3]);
    out.extend(bytes);
    out
}

/// A zstd frame that repeats one byte: a few bytes for each 100,000.
pub(crate) fn run_frame(byte: u8, blocks: u32) -> Vec<u8> {
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000];
    out.extend((blocks * 100_000).to_le_bytes());
    for block in 1..=blocks {
        let header = 100_000 << 3 | 1 << 1 | u32::from(block == blocks);
        out.extend(&header.to_le_bytes()[..3]);
        out.push(byte);
    }
    out
}

/// The archive.
pub(crate) fn archive(members: &[Member]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let at = out.len() as u32;
        out.extend(b"PK\x03\x04");
        out.extend(member.common());
        out.extend(member.name.as_bytes());
        out.extend(&member.packed);
        directory.extend(b"PK\x01\x02");
        directory.extend((3_u16 << 8 | 63).to_le_bytes());
        directory.extend(member.common());
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(member.name.as_bytes());
    }
    let (start, length, count) = (out.len() as u32, directory.len() as u32, members.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    };
    !bytes.iter().fold(u32::MAX, step)
}
