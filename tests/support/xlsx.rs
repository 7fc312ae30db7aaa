//! Excel workbooks, member by member.

use super::zip::{Member, archive};

const NS: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
                  xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The members of a workbook whose sheets hold these rows, as XML.
pub(crate) fn members(sheets: &[(&str, String)]) -> Vec<(String, String)> {
    let list: String = (1..)
        .zip(sheets)
        .map(|(n, (name, _))| format!("<sheet name=\"{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", escaped(name)))
        .collect();
    let relations: String = (1..=sheets.len())
        .map(|n| {
            format!(
                "<Relationship Id=\"rId{n}\" Type=\"{TYPE}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
            )
        })
        .collect();
    let document =
        format!("<Relationship Id=\"rId1\" Type=\"{TYPE}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    let mut members = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), format!("<Relationships>{document}</Relationships>")),
        ("xl/workbook.xml".to_owned(), format!("<workbook {NS}><sheets>{list}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{relations}</Relationships>")),
    ];
    members.extend((1..).zip(sheets).map(|(n, (_, rows))| {
        let sheet = format!("<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>");
        (format!("xl/worksheets/sheet{n}.xml"), sheet)
    }));
    members
}

/// The archive of members.
pub(crate) fn zipped(members: &[(String, String)]) -> Vec<u8> {
    let members: Vec<Member> =
        members.iter().map(|(name, text)| Member::deflated(name, text.as_bytes())).collect();
    archive(&members)
}

/// A workbook with these sheets.
pub(crate) fn workbook(sheets: &[(&str, String)]) -> Vec<u8> {
    zipped(&members(sheets))
}

/// Rows of cells from A1 on. A cell is a number where it reads as one, `true` or `false`, or text; an empty one is left out.
pub(crate) fn sheet(rows: &[Vec<String>]) -> String {
    let row = |(at, cells): (usize, &Vec<String>)| {
        let cells: String =
            cells.iter().enumerate().map(|(column, text)| cell(column, at + 1, text)).collect();
        format!("<row r=\"{}\">{cells}</row>", at + 1)
    };
    rows.iter().enumerate().map(row).collect()
}

fn cell(column: usize, row: usize, text: &str) -> String {
    let name = format!("{}{row}", char::from(b'A' + column as u8));
    match text {
        "" => String::new(),
        "true" | "false" => format!("<c r=\"{name}\" t=\"b\"><v>{}</v></c>", u8::from(text == "true")),
        _ if text.parse::<f64>().is_ok_and(f64::is_finite) => format!("<c r=\"{name}\"><v>{text}</v></c>"),
        _ => format!(
            "<c r=\"{name}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
            escaped(text)
        ),
    }
}

/// Rows of a table whose cells stand between commas.
pub(crate) fn table(text: &str) -> String {
    sheet(&text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect::<Vec<_>>())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
