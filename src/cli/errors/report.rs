//! The groups as text, JSON and comma-separated values.

use crate::cli::format::json::{self, Object};
use crate::cli::format::table::{self, Align};
use crate::cli::format::{Format, csv};
use crate::cli::out::Out;
use crate::model::{SafeText, Zone, fingerprint, time};
use crate::project::errors::{Distinct, Totals};
use crate::store::Strings;

use super::counted::Place;

/// Columns that a code takes at most in a table.
const CODE_COLUMNS: usize = 24;
/// Columns that a message takes at most there.
const MESSAGE_COLUMNS: usize = 80;

/// What is printed.
pub struct Report {
    /// The groups that are listed, in order.
    pub groups: Vec<Totals<Place>>,
    /// Behind their symbols.
    pub strings: Strings,
    /// All errors.
    pub errors: u64,
    /// Those of groups that are not kept.
    pub others: u64,
}

impl Report {
    /// In a form.
    pub fn written(&self, format: Format, zone: Zone, out: &Out) -> Vec<u8> {
        let mut bytes = Vec::new();
        // What is not kept comes last, without a fingerprint.
        let others = (self.others > 0).then_some(None);
        let rows = || self.groups.iter().map(Some).chain(others);
        match format {
            Format::Text => self.write_table(&mut bytes, zone),
            Format::Json => {
                json::array(&mut bytes, rows(), |to, row| {
                    to.push(b'\n');
                    self.write_json(to, row);
                });
                bytes.push(b'\n');
            }
            Format::Jsonl => {
                for row in rows() {
                    self.write_json(&mut bytes, row);
                    bytes.push(b'\n');
                }
            }
            Format::Csv => self.write_csv(&mut bytes, out.terminal),
        }
        bytes
    }

    fn parts(&self, group: &Totals<Place>) -> [&[u8]; 3] {
        fingerprint::parts(self.strings.get(group.fingerprint))
    }

    fn id(&self, group: &Totals<Place>) -> String {
        fingerprint::short_id(self.strings.get(group.fingerprint))
    }

    fn share(&self, count: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = count as f64 / self.errors.max(1) as f64;
        share
    }

    /// A group, or what is not kept as one.
    fn write_json(&self, out: &mut Vec<u8>, group: Option<&Totals<Place>>) {
        let id = group.map(|group| self.id(group));
        let [kind, code, message] = group.map_or([None; 3], |group| self.parts(group).map(known));
        let ms = |place: Option<Place>| place.and_then(|(_, id)| i64::try_from(id.ms).ok());
        let example = group.map(|group| group.last.1.to_string());
        let count = group.map_or(self.others, |group| group.count);
        Object::open(out)
            .bytes("fingerprint", id.as_deref().map(str::as_bytes))
            .bytes("type", kind)
            .bytes("code", code)
            .bytes("message", message)
            .count("count", Some(count))
            .count("sessions", group.map(|group| group.sessions.count))
            .count("users", group.map(|group| group.users.count))
            .time("first", ms(group.map(|group| group.first)))
            .time("last", ms(group.map(|group| group.last)))
            .bytes("example", example.as_deref().map(str::as_bytes))
            .number("share", Some(self.share(count)))
            .boolean("at_least", group.is_none_or(is_at_least))
            .count("fingerprint_version", Some(u64::from(fingerprint::VERSION)))
            .close();
    }

    fn write_csv(&self, out: &mut Vec<u8>, safe: bool) {
        out.extend_from_slice(
            b"fingerprint,type,code,message,count,sessions,users,first,last,example,share\r\n",
        );
        let moment = |(_, id): Place| {
            let ms = i64::try_from(id.ms).ok();
            ms.and_then(time::rfc3339).unwrap_or_default()
        };
        for group in &self.groups {
            let [kind, code, message] = self.parts(group).map(<[u8]>::to_vec);
            let distinct = |distinct: Distinct| distinct.count.to_string().into_bytes();
            let cells = [
                self.id(group).into_bytes(),
                kind,
                code,
                message,
                group.count.to_string().into_bytes(),
                distinct(group.sessions),
                distinct(group.users),
                moment(group.first).into_bytes(),
                moment(group.last).into_bytes(),
                group.last.1.to_string().into_bytes(),
                self.share(group.count).to_string().into_bytes(),
            ];
            let cells: Vec<&[u8]> = cells.iter().map(Vec::as_slice).collect();
            csv::line(out, &cells, safe);
        }
        if self.others > 0 {
            let (count, share) = (self.others.to_string(), self.share(self.others).to_string());
            let mut cells: [&[u8]; 11] = [b""; 11];
            (cells[4], cells[10]) = (count.as_bytes(), share.as_bytes());
            csv::line(out, &cells, safe);
        }
    }

    fn write_table(&self, out: &mut Vec<u8>, zone: Zone) {
        if self.errors == 0 {
            out.extend_from_slice(b"No errors.\n");
            return;
        }
        let mut columns = [Align::Left; 10];
        columns[1..5].fill(Align::Right);
        let head = [
            "FINGERPRINT",
            "COUNT",
            "SHARE",
            "SESSIONS",
            "USERS",
            "FIRST",
            "LAST",
            "EXAMPLE",
            "CODE",
            "MESSAGE",
        ];
        let mut lines = vec![head.map(str::to_owned).to_vec()];
        lines.extend(self.groups.iter().map(|group| self.table_row(group, zone)));
        for line in table::lines(&columns, &lines) {
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
        if self.others > 0 {
            let told = format!(
                "{} more errors in groups that are not told apart\n",
                self.others
            );
            out.extend_from_slice(told.as_bytes());
        }
    }

    fn table_row(&self, group: &Totals<Place>, zone: Zone) -> Vec<String> {
        let [kind, code, message] = self.parts(group);
        let code = if code.is_empty() { kind } else { code };
        let moment = |(_, id): Place| zone.format(id.ms, "%Y-%m-%d %H:%M:%S");
        vec![
            self.id(group),
            group.count.to_string(),
            format!("{:.1} %", self.share(group.count) * 100.0),
            distinct(group.sessions),
            distinct(group.users),
            moment(group.first),
            moment(group.last),
            group.last.1.to_string(),
            SafeText::line(code, CODE_COLUMNS).to_string(),
            SafeText::line(message, MESSAGE_COLUMNS).to_string(),
        ]
    }
}

fn known(part: &[u8]) -> Option<&[u8]> {
    (!part.is_empty()).then_some(part)
}

fn is_at_least(group: &Totals<Place>) -> bool {
    group.sessions.at_least || group.users.at_least
}

/// `41`, or `41+` where there may be more.
fn distinct(distinct: Distinct) -> String {
    let more = if distinct.at_least { "+" } else { "" };
    format!("{}{more}", distinct.count)
}
