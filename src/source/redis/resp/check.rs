//! What must hold for whatever bytes come: said once, for the property tests and for fuzzing.

use super::{NoResp, Reply, Scanner, Shape, Token};

/// What was read of the bytes, and what was left.
type Outcome = Result<Option<(Reply, Vec<u8>)>, NoResp>;

/// Reads the bytes whole and cut in pieces (each byte of `cuts` is the length of a piece, the rest is one more).
///
/// # Panics
/// When both do not give the same, or memory was taken that the bytes do not account for.
pub fn check(bytes: &[u8], cuts: &[u8]) {
    for shape in [Shape::Range, Shape::Streams] {
        let whole = read(std::iter::once(bytes), shape);
        let cut = read(pieces(bytes, cuts), shape);
        assert_eq!(
            whole, cut,
            "the way in which the bytes came made a difference"
        );
        if let Ok(Some((reply, _))) = &whole {
            visit(reply);
        }
    }
}

/// Reads one reply out of the pieces.
fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>, shape: Shape) -> Outcome {
    let mut scanner = Scanner::default();
    let (mut sent, mut whole) = (0, false);
    for piece in pieces {
        scanner.buffer().extend_from_slice(piece);
        sent += piece.len();
        whole = whole || scanner.advance()?;
        let memory = scanner.memory_bytes();
        assert!(
            memory <= most(sent),
            "{memory} bytes of memory for {sent} sent"
        );
    }
    if !whole {
        return Ok(None);
    }
    let reply = scanner.take(shape)?;
    let memory = reply.memory_bytes();
    assert!(
        memory <= most(sent),
        "{memory} bytes of memory for {sent} sent"
    );
    Ok(Some((reply, std::mem::take(scanner.buffer()))))
}

/// The bytes themselves, and for each token (of three bytes or more) what is kept of it; lists grow by doubling.
fn most(sent: usize) -> usize {
    const FEW: usize = 4;
    let token = size_of::<Token>() + Reply::PER_TOKEN;
    2 * (sent.max(8) + (sent / 3 + FEW) * token)
}

fn pieces<'a>(mut bytes: &'a [u8], cuts: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let lengths = cuts.iter().map(|cut| usize::from(*cut));
    lengths.chain([usize::MAX]).map(move |length| {
        let (piece, rest) = bytes.split_at(length.min(bytes.len()));
        bytes = rest;
        piece
    })
}

/// Whatever a reply is asked, it answers.
fn visit(reply: &Reply) {
    let mut fields = Vec::new();
    for entry in 0..=reply.len() {
        reply.fields(entry, &mut fields);
        let size: usize = fields
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        assert!(size <= reply.size(entry));
        assert_eq!(reply.id(entry).is_some(), entry < reply.len());
    }
    let told: usize = reply.streams().map(|(_, entries)| entries.len()).sum();
    assert!(told == reply.len());
}
