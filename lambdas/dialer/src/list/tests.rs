use super::*;
use crate::policy::NumberCheck;

fn policy() -> Policy {
    Policy { number_check: NumberCheck::Form, country: Some("US".to_owned()), ..Policy::default() }
}

fn read(list: &[u8]) -> Vec<Row> {
    let policy = policy();
    let mut reader = Reader::start(list, &policy).unwrap();
    std::iter::from_fn(|| reader.next_row().unwrap()).collect()
}

fn ids(list: &str) -> Vec<String> {
    let words = |row: Row| match row.entry {
        Ok(entry) => format!("{} {}", entry.id, entry.numbers.iter().map(Number::as_str).collect::<Vec<_>>().join(" ")),
        Err(problem) => format!("{problem:?}"),
    };
    read(list.as_bytes()).into_iter().map(words).collect()
}

#[test]
fn lists_of_both_dialers_and_of_pinpoint_are_read() {
    assert_eq!(ids("custID,phone\nA0001,+15550100\nA0001,+15550101\n"), ["A0001 +15550100", "A0001 +15550101"]);
    assert_eq!(ids("firstName,lastName,number\nJoe,Bloggs,+15550100125\n"), ["+15550100125 +15550100125"]);
    let pinpoint = "Id,ChannelType,Address,User.UserId\n111,SMS,+15550100123,user1\n222,Email,a@b.example,user1\n";
    assert_eq!(ids(pinpoint), ["user1 +15550100123", "Channel"]);
    let rows = read("Address,UserId,Balance due\n(202) 555-0191,U1,\"1,50\"\n".as_bytes());
    let entry = rows[0].entry.as_ref().unwrap();
    assert_eq!(entry.attributes, BTreeMap::from([("Balance due".to_owned(), "1,50".to_owned())]));
}

#[test]
fn marks_line_ends_quotes_and_blank_lines_do_no_harm() {
    let list = b"\xef\xbb\xbfcustID,phone\r\n\r\n\"A,1\",\"+1 202 555 0191\"\r\n,\r\n\"A\n2\",+12025550192";
    let rows = read(list);
    let lines: Vec<u64> = rows.iter().map(|row| row.place.line).collect();
    assert_eq!(lines, [3, 5]);
    assert_eq!(rows[0].entry.as_ref().unwrap().id.as_str(), "A,1");
    // A line break within an identifier is no identifier.
    assert_eq!(rows[1].entry, Err(RowProblem::Id));
}

#[test]
fn other_encodings_are_refused_by_row_or_as_a_whole() {
    let rows = read(b"firstName,number\nJos\xe9,+12025550191\nJos\xc3\xa9,+12025550192\n");
    assert_eq!(rows[0].entry, Err(RowProblem::NotUtf8));
    assert_eq!(rows[1].entry.as_ref().unwrap().first_name.as_deref(), Some("José"));
    assert_eq!(Reader::start(&b"\xff\xfec\0"[..], &policy()).unwrap_err(), ListError::Utf16);
    assert_eq!(Reader::start(&b""[..], &policy()).unwrap_err(), ListError::Empty);
}

#[test]
fn short_rows_are_read_and_long_ones_refused() {
    assert_eq!(
        ids("custID,phone,city\nA,+12025550191\nB,+12025550192,Salem, Oregon\nC\n"),
        ["A +12025550191", "Fields { found: 4, wanted: 3 }", "Number(Empty)"]
    );
}

#[test]
fn several_numbers_may_stand_in_a_row() {
    let rows = read(b"custID,phone,mobile\nA,+12025550191,4.4E+11\nB,,+12025550192\nC,+12025550193,+12025550193\n");
    let first = rows[0].entry.as_ref().unwrap();
    assert_eq!((first.numbers.len(), first.note.clone()), (1, Some(RowProblem::Number(NumberProblem::Exponent))));
    assert!(
        rows[1..]
            .iter()
            .all(|row| row.entry.as_ref().is_ok_and(|entry| entry.numbers.len() == 1 && entry.note.is_none()))
    );
}

#[test]
fn zones_are_full_names() {
    let zone = |name: &str| {
        let list = format!("phone,Timezone\n+12025550191,{name}\n");
        let entry = read(list.as_bytes()).remove(0).entry.unwrap();
        (entry.zone, entry.note)
    };
    assert_eq!(zone("Europe/Berlin"), (Some("Europe/Berlin".to_owned()), None));
    assert_eq!(zone("IST"), (None, Some(RowProblem::Zone)));
    assert_eq!(zone("EST"), (None, Some(RowProblem::Zone)));
    assert_eq!(zone("Europe/Atlantis"), (None, Some(RowProblem::Zone)));
}

#[test]
fn reading_goes_on_where_it_was() {
    let list = "phone\n+12025550191\n+12025550192\n+12025550193\n";
    let all = read(list.as_bytes());
    let place = all[0].next;
    let policy = policy();
    let rest = &list.as_bytes()[usize::try_from(place.offset).unwrap()..];
    let mut reader = Reader::resume(rest, "phone", place, &policy).unwrap();
    assert_eq!(reader.next_row().unwrap().as_ref(), Some(&all[1]));
}
