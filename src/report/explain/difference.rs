//! How two copies differ, for people.

use std::io::{self, Write};

use crate::explain::{
    Body, Change, CutShort, Difference, Explanation, FieldDifference, Hunk, Place,
};

use super::super::escape::escape;
use super::super::table::cut;
use super::super::text::Paint;
use super::sentence::name;

/// How wide a field's value may be, in columns.
const VALUE: usize = 90;
/// How many values of a field are shown.
const VALUES: usize = 5;
/// How many fields are shown.
const FIELDS: usize = 20;
/// How many equal characters stand before those that differ, where a value is cut.
const BEFORE: usize = 20;

pub(super) fn write(
    explanation: &Explanation<'_>,
    difference: &Difference,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names = difference.files.map(|at| name(explanation, at));
    let [one, other] = &names;
    writeln!(out, "\n{}", paint.bold(&format!("How {one} and {other} differ")))?;
    write_header(difference, out)?;
    writeln!(out, "  body     {}", body(difference))?;
    if let Some(cut) = difference.cut_short {
        writeln!(out, "  whole    {}", cut_short(cut, &names))?;
    }
    match &difference.body {
        Body::Lines { hunks, more } => write_hunks(hunks, *more, &names, paint, out)?,
        Body::Same => {}
        Body::ReadsSame | Body::Unshown(_) => {
            if let Some(place) = &difference.first {
                write_place(place, difference, &names, out)?;
            }
        }
    }
    Ok(())
}

fn cut_short(cut: CutShort, names: &[String; 2]) -> String {
    let short = names.get(cut.short).map(String::as_str).unwrap_or_default();
    format!("{short} ends after {} of {} canonical bytes: cut short", cut.length, cut.of)
}

fn write_header(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let header = &difference.header;
    let told = match (header.differs, header.fields.len()) {
        (false, _) => "the same",
        (true, 0) if header.more => "differs behind its first fields",
        (true, 0) => "the same fields in another order, or another end",
        (true, _) => "differs",
    };
    let ignored = if header.ignored.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = header.ignored.iter().map(|name| escape(name)).collect();
        format!(" (other, but ignored: {})", cut(&names.join(", "), VALUE))
    };
    writeln!(out, "  header   {told}{ignored}")?;
    for field in header.fields.iter().take(FIELDS) {
        write_field(field, out)?;
    }
    match header.fields.len().saturating_sub(FIELDS) {
        0 => Ok(()),
        more => writeln!(out, "    … {more} more fields"),
    }
}

fn write_field(field: &FieldDifference, out: &mut dyn Write) -> io::Result<()> {
    let name = if field.name.is_empty() { "(no field)" } else { &field.name };
    let name = cut(&escape(name), VALUE);
    let shown = shown(&field.values);
    for (sign, values) in ["-", "+"].iter().zip(&shown) {
        for value in values.iter().take(VALUES) {
            writeln!(out, "    {sign}{name}: {value}")?;
        }
        match values.len().saturating_sub(VALUES) {
            0 => {}
            more => writeln!(out, "    {sign}… {more} more")?,
        }
    }
    Ok(())
}

/// The values, cut so that one sees where two differ.
fn shown(values: &[Vec<String>; 2]) -> [Vec<String>; 2] {
    let plain = |values: &[String]| values.iter().map(|value| cut(&escape(value), VALUE)).collect();
    let [ours, theirs] = values;
    let ([one], [other]) = (ours.as_slice(), theirs.as_slice()) else {
        return [plain(ours), plain(theirs)];
    };
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    if same <= VALUE / 2 {
        return [plain(ours), plain(theirs)];
    }
    let behind = |value: &str| {
        let rest: String = value.chars().skip(same.saturating_sub(BEFORE)).collect();
        vec![if one == other {
            format!("{} (and differs behind that)", cut(&escape(value), VALUE))
        } else {
            format!("…{}", cut(&escape(&rest), VALUE))
        }]
    };
    [behind(one), behind(other)]
}

fn body(difference: &Difference) -> String {
    let [ours, theirs] = difference.body_lengths;
    let lengths = format!("{ours} → {theirs} canonical bytes");
    match &difference.body {
        Body::Same => format!("the same, {ours} canonical bytes"),
        Body::Lines { .. } => format!("differs, {lengths}"),
        Body::ReadsSame => {
            format!(
                "decodes to the same text and parts, blanks aside; other encoding or structure, \
                 {lengths}"
            )
        }
        Body::Unshown(why) => format!("differs, {lengths}; its lines are not compared: {why}"),
    }
}

fn write_place(
    place: &Place,
    difference: &Difference,
    names: &[String; 2],
    out: &mut dyn Write,
) -> io::Result<()> {
    let [ours, theirs] = difference.lengths;
    let at = place.offset;
    writeln!(
        out,
        "  whole    the first {at} canonical bytes are the same, of {ours} and {theirs}"
    )?;
    for (name, bytes) in names.iter().zip(&place.bytes) {
        writeln!(out, "    {name}  {}", escape(&String::from_utf8_lossy(bytes)))?;
    }
    Ok(())
}

fn write_hunks(
    hunks: &[Hunk],
    more: usize,
    names: &[String; 2],
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let [one, other] = names;
    writeln!(out, "  --- {one}\n  +++ {other}")?;
    for hunk in hunks {
        let [old, new] = hunk.starts;
        writeln!(out, "  @@ -{old} +{new} @@")?;
        for line in &hunk.lines {
            let text = escape(&line.text);
            let line = match line.change {
                Change::Context => format!(" {text}"),
                Change::Removed => paint.removed(&format!("-{text}")),
                Change::Added => paint.added(&format!("+{text}")),
            };
            // Behind a bar, for a line of a body may look like any of ours.
            writeln!(out, "  |{line}")?;
        }
    }
    if more > 0 {
        writeln!(out, "  … {more} more lines")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_where_they_differ() {
        let values = |one: String, other: String| shown(&[vec![one], vec![other]]);
        assert_eq!(
            values("a".into(), "b".into()),
            [["a"], ["b"]].map(|[value]| vec![value.to_owned()])
        );
        let long = "x".repeat(500);
        let [one, other] = values(format!("{long}a"), format!("{long}b"));
        assert_eq!(one, [format!("…{}a", "x".repeat(BEFORE))]);
        assert_eq!(other, [format!("…{}b", "x".repeat(BEFORE))]);
        let [one, _] = values(long.clone(), long);
        assert!(one[0].ends_with("… (and differs behind that)"), "{one:?}");
    }
}
