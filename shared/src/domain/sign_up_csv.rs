//! An event's sign-ups as a file.

use super::notice::Sheet;
use super::roster_csv::armed;
use super::signup::SignUp;

/// Who has a seat, who waits and who does not come: UTF-8 with a byte order mark (without one, spreadsheets guess another
/// encoding), commas, lines ended by CR LF; by class, each in the order of the clicks.
///
/// # Errors
/// If a line cannot be written, which memory alone could cause.
pub fn export(sheet: &Sheet) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(b"\xEF\xBB\xBF".to_vec());
    writer.write_record([
        "class",
        "status",
        "place",
        "driver",
        "discord_id",
        "backup_class",
        "answered_at",
    ])?;
    let mut write = |class: &str, status: &str, place: usize, sign_up: &SignUp| {
        writer.write_record([
            armed(class),
            status.to_owned(),
            place.to_string(),
            armed(&sign_up.name),
            sign_up.user.to_string(),
            armed(sheet.backup_of(sign_up).unwrap_or_default()),
            sign_up.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        ])
    };
    for seats in &sheet.seats {
        let label = &seats.class.label;
        for (place, driver) in sheet.seated(seats).enumerate() {
            write(label, "seat", place + 1, driver)?;
        }
        for (place, driver) in sheet.waiting(seats).enumerate() {
            write(label, "waitlist", place + 1, driver)?;
        }
    }
    for (place, driver) in sheet.not_coming().enumerate() {
        write("", "not coming", place + 1, driver)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures;
    use crate::domain::ids::InteractionId;
    use crate::domain::series::ClassId;
    use crate::domain::signup::{Status, Ticket};

    #[test]
    fn each_answer_has_a_line_and_no_cell_is_a_formula() {
        let mut sheet = fixtures::sheet(3, 1);
        sheet.sign_ups[0].name = "=HYPERLINK(\"x\"), Ana".into();
        let (class, ticket) = (ClassId::of("GT3"), Ticket(InteractionId(9)));
        sheet.sign_ups[1].status = Status::Waiting { class, ticket };
        sheet.sign_ups[2].status = Status::NotComing;
        sheet.sign_ups[1].details.backup = Some(ClassId::of("LMP2"));
        // That is the one they have.
        sheet.sign_ups[0].details.backup = Some(ClassId::of("GT3"));
        let text = String::from_utf8(export(&sheet).unwrap()).unwrap();
        insta::assert_snapshot!(text.replace("\r\n", "\n"));
    }
}
