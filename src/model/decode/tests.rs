//! The eight rules, each as a table of layouts that believable producers write.

mod hostile;
mod meaning;
mod parts;

use super::*;
const AT: EntryId = EntryId::new(1_700_000_000_500, 0);

fn decode_on<'a>(stream: &str, fields: &[(&'a str, &'a str)]) -> Event<'a> {
    let fields: Vec<FieldRef<'a>> = fields
        .iter()
        .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
        .collect();
    decode(stream.as_bytes(), AT, &fields, &Mapping::default())
}

fn event<'a>(fields: &[(&'a str, &'a str)]) -> Event<'a> {
    decode_on("memory:events", fields)
}

fn text(part: Option<&Cow<'_, [u8]>>) -> String {
    part.map_or_else(
        || "-".to_owned(),
        |bytes| String::from_utf8_lossy(bytes).into_owned(),
    )
}

fn flat(event: &Event<'_>) -> String {
    let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let list = event.attributes.iter();
    list.map(|(n, v)| format!("{}={}", show(n), show(v)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn problems(event: &Event<'_>) -> Vec<&'static str> {
    event.faults.iter().map(|fault| fault.problem).collect()
}
