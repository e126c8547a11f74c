//! placeholder
use super::*;
#[derive(Debug)]
pub struct FileProbe;
pub fn follow(
    _: FileSpec,
    _: Start,
    _: Arc<Mapping>,
    _: mpsc::Sender<Arrival>,
    _: mpsc::Receiver<Request>,
) {
}
pub fn read(
    _: &FileSpec,
    _: IdRange,
    _: Direction,
    _: Arc<Mapping>,
) -> Result<mpsc::Receiver<Result<Page, SourceError>>, SourceError> {
    Ok(mpsc::channel(1).1)
}
pub fn place(_: &FileSpec) -> String {
    String::new()
}
pub fn streams(_: &FileSpec) -> String {
    String::new()
}
pub fn probe(_: &FileSpec) -> Vec<FileProbe> {
    vec![]
}
