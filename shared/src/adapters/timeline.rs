//! Timelines as PNG pictures. There is no font: what is written are digits, drawn from their own dots.

use crate::domain::stints::timeline::{Bar, Timeline};
use crate::ports::pictures::Pictures;
use tiny_skia::{Color, Paint, Pixmap, Rect, Transform};

/// Width of a picture, in pixels.
const WIDTH: f32 = 960.0;
/// Height of a row.
const ROW: f32 = 34.0;
/// Room on the left for the rows' numbers.
const LEFT: f32 = 44.0;
/// Room around.
const EDGE: f32 = 12.0;
/// Room below for the hours.
const FOOT: f32 = 28.0;
/// Most rows drawn; a team has fewer drivers.
const ROWS_MAX: usize = 40;
/// Size of a dot of a digit.
const DOT: f32 = 2.0;
/// Colours of the rows that can be told apart also by those who see red and green alike: Okabe and Ito, "Color Universal
/// Design", 2008.
const COLOURS: [(u8, u8, u8); 7] = [
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
];
const BACKGROUND: (u8, u8, u8) = (30, 31, 34);
const BAND: (u8, u8, u8) = (43, 45, 49);
const LINE: (u8, u8, u8) = (78, 80, 88);
const INK: (u8, u8, u8) = (219, 222, 225);
const DARK: (u8, u8, u8) = (17, 18, 20);
const NOBODY: (u8, u8, u8) = (128, 132, 142);

/// Rows of five dots each, the leftmost the highest bit.
const DIGITS: [[u8; 7]; 10] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
];

/// Draws with `tiny-skia`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Skia;

impl Pictures for Skia {
    fn timeline(&self, timeline: &Timeline) -> Option<Vec<u8>> {
        let rows = timeline.rows.min(ROWS_MAX);
        let height = EDGE * 2.0 + ROW * rows as f32 + FOOT;
        let mut canvas = Canvas(Pixmap::new(WIDTH as u32, height as u32)?);
        canvas.fill((0.0, 0.0, WIDTH, height), BACKGROUND);
        let scale = (WIDTH - LEFT - EDGE) / timeline.minutes as f32;
        let x = |minutes: i64| LEFT + minutes as f32 * scale;
        for row in 0..rows {
            let top = EDGE + ROW * row as f32;
            if row % 2 == 0 {
                canvas.fill((LEFT, top, WIDTH - LEFT - EDGE, ROW), BAND);
            }
            let nobodys = timeline
                .bars
                .iter()
                .any(|bar| bar.row == row && !bar.driven_by_somebody);
            if !nobodys {
                canvas.number(row + 1, (LEFT - 10.0, top + ROW / 2.0), INK);
            }
        }
        canvas.hours(timeline.minutes, x, height - EDGE - FOOT);
        for bar in timeline.bars.iter().filter(|bar| bar.row < rows) {
            canvas.bar(bar, x);
        }
        canvas.0.encode_png().ok()
    }
}

struct Canvas(Pixmap);

impl Canvas {
    /// Fills left, top, width, height, to whole pixels; what has no size is left away.
    fn fill(&mut self, (left, top, width, height): (f32, f32, f32, f32), (r, g, b): (u8, u8, u8)) {
        let mut paint = Paint {
            // Edges lie on pixels; and a thin box between two rows of them fails an assertion of the crate (0.11.4).
            anti_alias: false,
            ..Paint::default()
        };
        paint.set_color(Color::from_rgba8(r, g, b, 255));
        let (right, bottom) = ((left + width).round(), (top + height).round());
        let (left, top) = (left.round(), top.round());
        if right > left
            && bottom > top
            && let Some(rect) = Rect::from_ltrb(left, top, right, bottom)
        {
            self.0.fill_rect(rect, &paint, Transform::identity(), None);
        }
    }

    /// Writes a number whose last digit ends at that place, in the middle of its height.
    fn number(&mut self, number: usize, (right, middle): (f32, f32), colour: (u8, u8, u8)) {
        let text = number.to_string();
        let mut left = right - width(&text);
        for digit in text.bytes() {
            let dots = DIGITS.get(usize::from(digit - b'0')).copied().unwrap_or_default();
            for (down, row) in dots.iter().enumerate() {
                for across in (0..5).filter(|across| row >> (4 - across) & 1 == 1) {
                    let top = middle + (down as f32 - 3.5) * DOT;
                    self.fill((left + across as f32 * DOT, top, DOT, DOT), colour);
                }
            }
            left += 6.0 * DOT;
        }
    }

    /// A line and a number at each hour, or at as many as there is room for.
    fn hours(&mut self, minutes: i64, x: impl Fn(i64) -> f32, bottom: f32) {
        let hours = usize::try_from(minutes / 60).unwrap_or(0);
        let step = [1, 2, 3, 4, 6, 12, 24]
            .into_iter()
            .find(|step| hours / step <= 24);
        for hour in (0..=hours).step_by(step.unwrap_or(48)) {
            let at = x(i64::try_from(hour).unwrap_or(0) * 60);
            self.fill((at, EDGE, 1.0, bottom - EDGE + 6.0), LINE);
            let right = at + width(&hour.to_string()) / 2.0;
            self.number(hour, (right, bottom + 17.0), INK);
        }
    }

    /// The planned stint with its number, and below it what was driven.
    fn bar(&mut self, bar: &Bar, x: impl Fn(i64) -> f32) {
        let colour = match bar.driven_by_somebody {
            true => COLOURS[bar.row % COLOURS.len()],
            false => NOBODY,
        };
        let top = EDGE + ROW * bar.row as f32 + 4.0;
        let (left, right) = (x(bar.planned.0) + 1.0, x(bar.planned.1) - 1.0);
        self.fill((left, top, right - left, ROW - 12.0), colour);
        let text = width(&bar.number.to_string());
        if right - left >= text + 4.0 {
            let middle = (left + right + text) / 2.0;
            self.number(bar.number, (middle, top + (ROW - 12.0) / 2.0), DARK);
        }
        if let Some((from, to)) = bar.driven {
            self.fill((x(from), top + ROW - 10.0, x(to) - x(from), 4.0), INK);
        }
    }
}

/// How wide a number is.
fn width(text: &str) -> f32 {
    (text.len() as f32 * 6.0 - 1.0) * DOT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(row: usize, number: usize, from: i64, to: i64) -> Bar {
        Bar {
            row,
            driven_by_somebody: row < 2,
            number,
            planned: (from, to),
            driven: (number == 1).then_some((from, to + 5)),
        }
    }

    /// The colour in the middle of a row, so many minutes in.
    fn seen(picture: &Pixmap, row: usize, minutes: f32, all: f32) -> (u8, u8, u8) {
        let x = LEFT + minutes / all * (WIDTH - LEFT - EDGE);
        let y = EDGE + ROW * row as f32 + 7.0;
        let pixel = picture.pixel(x as u32, y as u32).unwrap();
        (pixel.red(), pixel.green(), pixel.blue())
    }

    #[test]
    fn a_stint_is_a_bar_in_its_drivers_row() {
        let timeline = Timeline {
            rows: 3,
            minutes: 360,
            bars: vec![bar(0, 1, 0, 90), bar(1, 2, 90, 270), bar(2, 3, 270, 360)],
        };
        let png = Skia.timeline(&timeline).unwrap();
        assert!(png.starts_with(b"\x89PNG") && png.len() < 20_000, "{}", png.len());
        let picture = Pixmap::decode_png(&png).unwrap();
        assert_eq!((picture.width(), picture.height()), (960, 154));
        assert_eq!(seen(&picture, 0, 10.0, 360.0), COLOURS[0]);
        assert_eq!(seen(&picture, 0, 200.0, 360.0), BAND);
        assert_eq!(seen(&picture, 1, 100.0, 360.0), COLOURS[1]);
        assert_eq!(seen(&picture, 1, 20.0, 360.0), BACKGROUND);
        assert_eq!(seen(&picture, 2, 280.0, 360.0), NOBODY);
        if let Ok(path) = std::env::var("GANTRY_PICTURE") {
            std::fs::write(path, &png).unwrap();
        }
    }

    #[test]
    fn the_largest_and_the_smallest_plan_are_drawn() {
        let many = Timeline {
            rows: 100,
            minutes: 2880,
            bars: (0..96)
                .map(|n| bar(n, n + 1, n as i64 * 30, n as i64 * 30 + 30))
                .collect(),
        };
        // Discord takes 10 MiB (Discord docs, reference, uploading files).
        assert!(Skia.timeline(&many).unwrap().len() < 1_000_000);
        let one = Timeline {
            rows: 1,
            minutes: 1,
            bars: vec![bar(0, 1, 0, 0)],
        };
        assert!(Skia.timeline(&one).is_some());
    }
}
