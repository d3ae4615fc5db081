//! Files, and what they say row by row.

use proptest::prelude::*;

use super::*;

const HEADER: &str = "sku,slug,title,price,currency\n";

/// Reads a file in pieces of this many bytes.
fn pieces(format: Format, file: &[u8], size: usize) -> Result<Vec<Line>, HeaderError> {
    let mut reader = Reader::new(format);
    let mut lines = Vec::new();
    for piece in file.chunks(size) {
        lines.extend(reader.feed(piece)?);
    }
    lines.extend(reader.end()?);
    Ok(lines)
}

fn csv(file: impl AsRef<[u8]>) -> Result<Vec<Line>, HeaderError> {
    let whole = pieces(Format::Csv, file.as_ref(), usize::MAX);
    assert_eq!(whole, pieces(Format::Csv, file.as_ref(), 1), "a file says the same however it comes");
    whole
}

/// The rows below [`HEADER`], each as its SKU or as what is wrong with it.
fn below(rows: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let file = [HEADER.as_bytes(), rows.as_ref()].concat();
    let said = |row: Result<Row, RowError>| row.map_or_else(|why| why.to_string(), |row| row.sku.to_string());
    csv(file).unwrap().into_iter().map(|line| (line.line, said(line.row))).collect()
}

fn json(file: &str) -> Vec<(u64, Result<Row, RowError>)> {
    let lines = pieces(Format::JsonLines, file.as_bytes(), 7).unwrap();
    lines.into_iter().map(|line| (line.line, line.row)).collect()
}

fn said(number: u64, what: &str) -> (u64, String) {
    (number, what.to_owned())
}

#[test]
fn the_good_rows_are_read_and_the_wrong_one_is_named() {
    let rows = "A,mug,Mug,1.00,USD\nB,mug,Mug,1.999,USD\nC,mug,Mug,2,USD";
    assert_eq!(below(rows), [said(2, "A"), said(3, "price: must have at most 2 decimals in USD"), said(4, "C"),]);
}

#[test]
fn a_byte_order_mark_ends_of_line_and_quotes_are_as_editors_write_them() {
    let file = "\u{feff}SKU, Slug ,title,price,currency,description\r\n\r\nA,mug,\"The \"\"big\"\", mug\",1,JPY,\"one\r\ntwo\"\r\nB,b,B,2,JPY,\n";
    let lines = csv(file).unwrap();
    let first = lines[0].row.clone().unwrap();
    assert_eq!((first.title.as_str(), first.price.amount), ("The \"big\", mug", 1));
    assert_eq!(first.description.as_deref(), Some("one\ntwo"));
    assert_eq!(lines.iter().map(|line| line.line).collect::<Vec<_>>(), [3, 5]);
    assert_eq!(lines[1].row.clone().unwrap().description.as_deref(), Some(""));
    assert_eq!(lines[1].after.offset, u64::try_from(file.len()).unwrap());
}

#[test]
fn a_row_has_as_many_cells_as_the_header() {
    let wrong = |found| format!("has {found} cells, and the header has 5");
    assert_eq!(
        below("A,mug,Mug,1\nA,mug,Mug,1,USD,\nB,b,B,1,USD\n\n"),
        [said(2, &wrong(4)), said(3, &wrong(6)), said(4, "B"),]
    );
    assert_eq!(below(",".repeat(64) + "\nB,b,B,1,USD"), [said(2, "has more than 64 cells"), said(3, "B")]);
    assert_eq!(below(",".repeat(63)), [said(2, &wrong(64))]);
}

#[test]
fn a_header_is_complete_and_has_nothing_else() {
    let header = |text: &str| csv(text).map(drop);
    assert_eq!(header(HEADER), Ok(()));
    assert_eq!(header(""), Err(HeaderError::Missing));
    assert_eq!(header("\u{feff}\n\n"), Err(HeaderError::Missing));
    assert_eq!(header("sku,slug,title,price\n"), Err(HeaderError::Lacks("currency")));
    assert_eq!(header("sku,slug,title,price,currency,sku"), Err(HeaderError::Twice("sku")));
    assert_eq!(header("sku,slug,title,price,currency,colour"), Err(HeaderError::Unknown("colour".to_owned())));
    assert_eq!(header("sku,slug,title,price,currency,"), Err(HeaderError::Unknown(String::new())));
    assert_eq!(csv(b"\x89PNG\r\n\x1a\n\0\0"), Err(HeaderError::Unreadable), "a file that is not what it says");
    assert_eq!(csv("x".repeat(LONGEST_ROW + 1)), Err(HeaderError::Unreadable));
}

#[test]
fn what_is_no_text_is_refused_and_the_next_row_is_read() {
    assert_eq!(
        below(b"A,mug,M\xfcg,1,USD\nB,mug,M\0g,1,USD\nC,mug,Mug,1,USD\n"),
        [said(2, "is not UTF-8"), said(3, "has a NUL in it"), said(4, "C"),]
    );
    // Two halves of a letter in two cells make no letter.
    assert_eq!(below(b"A,mug,\xc3,\xbc,USD\n"), [said(2, "is not UTF-8")]);
}

#[test]
fn a_row_has_a_longest_length() {
    // The cells without the commas between them.
    let title = |length: usize| "x".repeat(length - "Amug1USD".len());
    let row = |length| format!("A,mug,{},1,USD\nB,b,B,1,USD\n", title(length));
    assert_eq!(below(row(LONGEST_ROW)), [said(2, "A"), said(3, "B")]);
    assert_eq!(below(row(LONGEST_ROW + 1)), [said(2, "is longer than 65536 bytes"), said(3, "B")]);
    let unclosed = format!("A,mug,\"Mug,1,USD\n{}", "B,b,B,1,USD\n".repeat(10_000));
    assert_eq!(below(unclosed), [said(2, "is longer than 65536 bytes")]);
    let line = |length: usize| format!("{}\n{{}}\n", " ".repeat(length - 1) + "1");
    let read = |length| json(&line(length)).into_iter().map(|(_, row)| row.unwrap_err()).next().unwrap();
    assert_eq!((read(LONGEST_ROW), read(LONGEST_ROW + 1)), (RowError::NotAnObject, RowError::TooLong));
}

#[test]
fn cells_have_shapes() {
    let read = |row: &str| below(row)[0].1.clone();
    assert_eq!(read("A,Mug!,Mug,1,USD").split(':').next(), Some("slug"));
    assert_eq!(read("A b,mug,Mug,1,USD").split(':').next(), Some("sku"));
    assert_eq!(read("A,mug, ,1,USD"), "title: must not be empty");
    assert_eq!(read("A,mug,Mug,,USD"), "price: must not be empty");
    assert_eq!(read("A,mug,Mug,-1,USD"), "price: must be digits, with a point before the decimals");
    assert_eq!(read("A,mug,Mug,1,usd").split(':').next(), Some("currency"));
    let more = |name: &str, cell: &str| {
        let file = format!("sku,slug,title,price,currency,{name}\nA,mug,Mug,1,USD,{cell}");
        csv(file).unwrap().remove(0).row
    };
    for (name, cell) in [
        ("weight_grams", "1.5"),
        ("weight_grams", "-1"),
        ("weight_grams", "4294967296"),
        ("status", "active"),
        ("variant_status", "DRAFT"),
        ("options", "Size"),
        ("options", "a=b=c"),
        ("categories", "Mugs"),
        ("compare_at_price", "1e309"),
    ] {
        assert!(
            matches!(more(name, cell), Err(RowError::Cell { column, .. }) if column.name() == name),
            "{name} {cell}"
        );
    }
    let row = more("options", "Size = M | Colour=red").unwrap();
    assert_eq!(row.options, Some(vec![("Size".into(), "M".into()), ("Colour".into(), "red".into())]));
    assert_eq!(more("tags", "a | b\\|c").unwrap().tags, Some(vec!["a".to_owned(), "b|c".to_owned()]));
    assert_eq!(more("tags", "").unwrap().tags, Some(vec![]));
    assert_eq!(more("brand", "").unwrap().brand, Some(None));
    assert_eq!(more("tags", "").unwrap().brand, None, "what the file does not have stays");
    assert_eq!(more("status", "").unwrap().status, Some(Status::Active));
}

#[test]
fn a_cell_that_a_table_would_run_is_guarded_on_its_way_out() {
    for (text, written) in [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@sum", "'@sum"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("=a,b", "\"'=a,b\""),
    ] {
        let row = Row { title: text.to_owned(), ..plain() };
        let line = write(&row, Format::Csv);
        assert!(line.starts_with(&format!("mug,{written},")), "{line}");
        assert_eq!(read_back(&row, Format::Csv), Ok(row));
    }
}

#[test]
fn json_lines_are_objects_of_texts() {
    let good = r#"{"sku":"A","slug":"mug","title":"Mug","price":"12.34","currency":"USD","weight_grams":300,"tags":["a"],"options":{"Size":"M","Colour":"red"},"brand":null}"#;
    let row = json(good)[0].1.clone().unwrap();
    assert_eq!((row.price.amount, row.weight_grams, &row.brand), (1234, Some(Some(300)), &Some(None)));
    assert_eq!(row.options.unwrap()[0].0, "Size");
    let wrong = |from: &str, to: &str| match json(&good.replace(from, to))[0].1.clone() {
        Err(why) => why.to_string(),
        Ok(row) => panic!("{row:?}"),
    };
    assert_eq!(wrong("\"12.34\"", "12.34"), "price: must be a text");
    assert_eq!(wrong("\"12.34\"", "1e309"), "is not a JSON object");
    assert_eq!(wrong("300", "1.5"), "weight_grams: must be a whole number of grams");
    assert_eq!(wrong("\"Mug\"", "\"M\\u0000g\""), "title: has a NUL in it");
    assert_eq!(wrong("[\"a\"]", "[1]"), "tags: must be a list of texts");
    assert_eq!(wrong("{\"Size\":\"M\",\"Colour\":\"red\"}", "[]"), "options: must be an object of texts");
    assert_eq!(wrong("\"brand\"", "\"maker\""), "names \"maker\", which is no column");
    assert_eq!(wrong("\"slug\":\"mug\",", ""), "slug: must not be empty");
    assert_eq!(json("[1]\n\n  \nnull\n").iter().map(|one| one.0).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(json(""), []);
}

#[test]
fn a_result_is_a_line() {
    let sku: Sku = "A".parse().unwrap();
    let refused = RowResult::refused(3, None, RowError::NotUtf8).to_json_line();
    assert_eq!(refused, "{\"line\":3,\"outcome\":\"refused\",\"reason\":\"is not UTF-8\"}\n");
    let done = RowResult::done(2, &sku, Outcome::Unchanged);
    assert_eq!(done.to_json_line(), "{\"line\":2,\"sku\":\"A\",\"outcome\":\"unchanged\"}\n");
    assert_eq!(serde_json::from_str::<RowResult>(&done.to_json_line()).unwrap(), done);
}

fn plain() -> Row {
    Row {
        slug: "mug".parse().unwrap(),
        title: "Mug".to_owned(),
        description: Some(String::new()),
        brand: Some(None),
        tags: Some(vec![]),
        categories: Some(vec![]),
        status: Some(Status::Active),
        sku: "MUG".parse().unwrap(),
        options: Some(vec![]),
        variant_status: Some(VariantStatus::Active),
        price: Money::new(1, "USD".parse().unwrap()),
        compare_at_price: Some(None),
        weight_grams: Some(None),
        barcode: Some(None),
    }
}

fn read_back(row: &Row, format: Format) -> Result<Row, RowError> {
    let file = header(format) + &write(row, format);
    pieces(format, file.as_bytes(), 3).unwrap().remove(0).row
}

prop_compose! {
    /// A text as the catalog keeps them: trimmed, and with something in it.
    fn text()(text in "[a-c\"',|=\\\\+@;ü茶 -]{0,12}", end in "[a-c'|=\\\\@-]") -> String {
        format!("{text}{end}").trim().to_owned()
    }
}

prop_compose! {
    fn any_row()(
        title in text(),
        description in "([a-c\"',|=\\\\ü\n -]{0,30}[a-c'=])?",
        brand in proptest::option::of(text()),
        tags in proptest::collection::vec(text(), 0..4),
        categories in proptest::collection::vec("[a-z]{1,5}(-[0-9]{1,3})?", 0..3),
        status in prop_oneof![Just(Status::Draft), Just(Status::Active), Just(Status::Archived)],
        sku in "[A-Za-z0-9._-]{1,12}",
        options in proptest::collection::btree_map(text(), text(), 0..3),
        archived: bool,
        price in 1..=10_000_000_000_i64,
        compare_at in proptest::option::of(1..=10_000_000_000_i64),
        currency in "USD|JPY|KWD",
        weight_grams in proptest::option::of(1_u32..),
        barcode in proptest::option::of("[0-9A-Z-]{1,14}"),
    ) -> Row {
        let currency = currency.parse().unwrap();
        Row {
            slug: "mug".parse().unwrap(),
            title,
            description: Some(description.trim().to_owned()),
            brand: Some(brand),
            tags: Some(tags),
            categories: Some(categories.iter().map(|slug| slug.parse().unwrap()).collect()),
            status: Some(status),
            sku: sku.parse().unwrap(),
            options: Some(options.into_iter().collect()),
            variant_status: Some(if archived { VariantStatus::Archived } else { VariantStatus::Active }),
            price: Money::new(price, currency),
            compare_at_price: Some(compare_at.map(|amount| Money::new(amount, currency))),
            weight_grams: Some(weight_grams),
            barcode: Some(barcode),
        }
    }
}

fn any_format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::Csv), Just(Format::JsonLines)]
}

proptest! {
    #[test]
    fn what_is_exported_is_imported_as_it_was(rows in proptest::collection::vec(any_row(), 1..6), format in any_format(), size in 1_usize..99) {
        let file = header(format) + &rows.iter().map(|row| write(row, format)).collect::<String>();
        let read: Vec<_> = pieces(format, file.as_bytes(), size).unwrap().into_iter().map(|line| line.row.unwrap()).collect();
        prop_assert_eq!(&read, &rows);
        let again = header(format) + &read.iter().map(|row| write(row, format)).collect::<String>();
        prop_assert_eq!(again, file);
    }

    #[test]
    fn another_run_goes_on_behind_any_row(rows in proptest::collection::vec(any_row(), 2..6), format in any_format(), stop in 0_usize..5) {
        let file = header(format) + &rows.iter().map(|row| write(row, format)).collect::<String>();
        let mut reader = Reader::new(format);
        let lines = reader.feed(file.as_bytes()).unwrap();
        let last = &lines[stop.min(lines.len() - 1)];
        let cursor = serde_json::to_string(&reader.cursor(last.after)).unwrap();
        let mut next = Reader::resume(format, serde_json::from_str(&cursor).unwrap());
        let rest = next.feed(&file.as_bytes()[usize::try_from(last.after.offset).unwrap()..]).unwrap();
        prop_assert_eq!(rest, &lines[(stop + 1).min(lines.len())..]);
    }

    #[test]
    fn nothing_that_is_sent_is_too_strange_to_read(rest in proptest::collection::vec(any::<u8>(), 0..300), size in 1_usize..40) {
        let file = [HEADER.as_bytes(), &rest].concat();
        prop_assert_eq!(pieces(Format::Csv, &file, size), pieces(Format::Csv, &file, usize::MAX));
        prop_assert!(pieces(Format::JsonLines, &rest, size).is_ok());
    }
}
