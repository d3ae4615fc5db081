//! The checksums that S3's client sends and expects. It stands in the place of the crate `crc-fast`
//! (docs/decisions/2026-11-27-checksums.md): that one carries tables for each of the 50 checksums that it knows into every function that speaks
//! to S3, and these are three.

/// Which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// CRC-32, as in zips.
    Crc32IsoHdlc,
    /// CRC-32C.
    Crc32Iscsi,
    /// CRC-64/NVME.
    Crc64Nvme,
}

type Table = [u64; 256];

/// What each byte does, the lowest bit first, for a polynomial in that order.
const fn table(polynomial: u64) -> Table {
    let (mut table, mut byte) = ([0; 256], 0);
    while byte < table.len() {
        let (mut sum, mut bit) = (byte as u64, 0);
        while bit < 8 {
            sum = (sum >> 1) ^ (polynomial * (sum & 1));
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
}

static ISO_HDLC: Table = table(0xedb8_8320);
static ISCSI: Table = table(0x82f6_3b78);
static NVME: Table = table(0x9a6c_9329_ac4b_c9b5);

impl CrcAlgorithm {
    /// What it begins with, and what is turned over in the end.
    const fn ones(self) -> u64 {
        match self {
            Self::Crc32IsoHdlc | Self::Crc32Iscsi => 0xffff_ffff,
            Self::Crc64Nvme => u64::MAX,
        }
    }

    const fn table(self) -> &'static Table {
        match self {
            Self::Crc32IsoHdlc => &ISO_HDLC,
            Self::Crc32Iscsi => &ISCSI,
            Self::Crc64Nvme => &NVME,
        }
    }
}

/// A checksum of what has come so far.
#[derive(Clone, Copy, Debug)]
pub struct Digest {
    algorithm: CrcAlgorithm,
    sum: u64,
}

impl Digest {
    /// Of nothing.
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        Self { algorithm, sum: algorithm.ones() }
    }

    /// More has come.
    pub fn update(&mut self, bytes: &[u8]) {
        let table = self.algorithm.table();
        for byte in bytes {
            let [low, ..] = self.sum.to_le_bytes();
            self.sum = (self.sum >> 8) ^ table[usize::from(low ^ byte)];
        }
    }

    /// The checksum, in the low bits where it has fewer than 64.
    pub fn finalize(&self) -> u64 {
        self.sum ^ self.algorithm.ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the catalogue of parametrised CRC algorithms says of these nine bytes.
    #[test]
    fn they_are_what_the_catalogue_says() {
        for (algorithm, known) in [
            (CrcAlgorithm::Crc32IsoHdlc, 0xcbf4_3926),
            (CrcAlgorithm::Crc32Iscsi, 0xe306_9283),
            (CrcAlgorithm::Crc64Nvme, 0xae8b_1486_0a79_9888),
        ] {
            let mut digest = Digest::new(algorithm);
            assert_eq!(digest.finalize(), 0, "of nothing");
            digest.update(b"1234");
            digest.update(b"56789");
            assert_eq!(digest.finalize(), known, "{algorithm:?}");
        }
    }
}
