use super::*;
use icu_normalizer::DecomposingNormalizerBorrowed;
use proptest::prelude::*;

fn form(raw: &str) -> String {
    Name::read(raw).comparison().to_owned()
}

#[test]
fn equal_names_have_equal_forms() {
    for (a, b) in [
        ("Max Power", "MAX_POWER"),
        ("Max Power", "max.power"),
        ("Max Power", "  max -- power "),
        ("Max\u{2013}Power", "Max\u{00A0}Power"),
        ("Max\u{2003}Power", "Max\u{3000}Power"),
        ("Ｍａｘ　Ｐｏｗｅｒ", "max power"),
        ("𝕸𝖆𝖝 𝕻𝖔𝖜𝖊𝖗", "max power"),
        ("M\u{200B}a\u{2060}x\u{FEFF} P\u{00AD}ower", "Max Power"),
        ("Weiß", "WEISS"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("Jose\u{0301}", "José"),
        ("マックス・パワー", "ﾏｯｸｽ ﾊﾟﾜｰ"),
        ("\u{202E}Max\u{202C}", "max"),
        ("a\u{034F}\u{0301}", "á"),
    ] {
        assert_eq!(form(a), form(b), "{a:?} {b:?}");
        assert!(same_user(a, b), "{a:?} {b:?}");
    }
}

#[test]
fn tags_and_numbers_are_optional() {
    for raw in [
        "[APX] Max Power",
        "[APX]Max Power",
        "(APX) Max Power",
        "{APX} Max Power",
        "【APX】Max Power",
        "［ＡＰＸ］ Max Power",
        "APX | Max Power",
        "APX|Max Power",
        "Max Power | APX",
        "Max Power [APX]",
        "Max Power (APX)",
        "#42 Max Power",
        "Max Power #42",
        "Max Power ＃42",
        "max_power#0042",
        "[APX] #42 | Max Power",
        "[APX] Max Power #42",
        "#42 Max Power [APX]",
        "APX | Max Power | #42",
        "[A][B] Max Power",
    ] {
        assert_eq!(form(raw), "max power", "{raw}");
        assert!(same_user(raw, "Max Power"), "{raw}");
    }
    assert_eq!(form("Max | APX"), "max");
    assert_eq!(form("APX | Max"), "max");
    assert_eq!(form("マックス | ABC"), "マックス");
    let name = Name::read("[APX] Max #42");
    assert_eq!(name.details().tags().collect::<Vec<_>>(), ["apx"]);
    assert_eq!(name.details().numbers().collect::<Vec<_>>(), ["42"]);
    assert_eq!(name.display(), "[APX] Max #42");
}

#[test]
fn what_is_no_tag_or_number_stays() {
    assert_eq!(form("#1stDriver"), "#1stdriver");
    assert_eq!(form("Max #12345"), "max #12345");
    assert_eq!(form("Max [the] Power"), "max [the] power");
    assert_eq!(form("[Max"), "[max");
    assert_eq!(form("Maximilian | Powersson"), "maximilian powersson");
    assert_eq!(form("Max 42"), "max 42");
    assert_eq!(form("José"), "josé");
    assert_eq!(form("Max 🏁"), "max 🏁");
}

#[test]
fn contradicting_parts_are_two_people() {
    assert!(!same_user("Max #7", "Max #8"));
    assert!(!same_user("Max #7", "Max #07"));
    assert!(!same_user("[APX] Max", "[XYZ] Max"));
    assert!(same_user("[APX] Max #7", "Max"));
    assert!(same_user("[apx] Max", "Max #7 (APX)"));
    assert!(!same_user("[APX][A] Max", "[APX][B] Max"));
}

#[test]
fn names_without_a_name_are_nobodys() {
    for raw in [
        "",
        " ",
        "_-._",
        "[APX]",
        "#42",
        "[APX] #42",
        "APX |",
        "|||",
        "\u{200B}",
        "[]",
        "()#1",
        "\u{3164}",
        "\u{2800}",
    ] {
        let name = Name::read(raw);
        // A single word beside a bar is all there is, so it is the name.
        let expected = if raw == "APX |" { "apx" } else { "" };
        assert_eq!(name.comparison(), expected, "{raw:?}");
        if expected.is_empty() {
            assert!(!name.same_user(&name), "{raw:?}");
            assert_eq!(likeness(&name, &name), Likeness::Different);
        }
    }
}

#[test]
fn look_alikes_never_match_and_are_told() {
    for (a, b) in [
        ("Max Power", "M\u{0430}x Power"),
        ("Max Power", "Мах Роwеr"),
        ("MAX", "МАХ"),
        ("Lewis", "\u{0406}ewis"),
        ("Alpha", "\u{0391}lpha"),
        ("O'Brien", "O\u{2019}Brien"),
        ("Bill", "BiII"),
        ("modern", "rnodern"),
    ] {
        assert!(!same_user(a, b), "{a} {b}");
    }
    for (a, b) in [
        ("Max Power", "M\u{0430}x Power"),
        ("MAX", "МАХ"),
        ("[APX] Alpha #1", "\u{0391}lpha"),
        ("O'Brien", "O\u{2019}Brien"),
        ("Bill", "BiII"),
        ("modern", "rnodern"),
    ] {
        assert_eq!(
            likeness(&Name::read(a), &Name::read(b)),
            Likeness::LooksAlike,
            "{a} {b}"
        );
    }
}

#[test]
fn alike_names_are_told_by_degree() {
    let like = |a: &str, b: &str| likeness(&Name::read(a), &Name::read(b));
    let similar = |percent| Likeness::Similar(std::cmp::Reverse(percent));
    assert_eq!(like("Max", "max"), Likeness::Same);
    assert_eq!(like("Max #7", "Max #8"), Likeness::OtherDetails);
    assert_eq!(like("Max Power", "Power Max"), similar(100));
    assert_eq!(like("Max Power", "MaxPower"), similar(100));
    assert_eq!(like("José García", "Jose García"), similar(90));
    assert_eq!(like("Max", "Mix"), Likeness::Different);
    assert_eq!(like("Max Power", "Tom Weber"), Likeness::Different);
    // Boundary: four edits of twenty are 80 percent, five are not.
    assert_eq!(like("abcdefghijklmnopqrst", "abcdefghijklmnop0000"), similar(80));
    assert_eq!(
        like("abcdefghijklmnopqrst", "abcdefghijklmno00000"),
        Likeness::Different
    );
}

/// Texts full of what the reader has rules for.
fn names() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,6}",
        2 => prop::sample::select(vec![
            " ", "_", "-", ".", "|", "[", "]", "(", ")", "【", "】", "#", "#42", "[APX]", "\u{200B}", "\u{00A0}", "\u{0301}",
            "\u{0345}", "\u{037A}", "\u{034F}", "İ", "ß", "ŉ", "ﬃ", "Å", "Ǆ", "가", "각", "한", "Ｍ", "①", "ς", "а", "م", "\u{0D4D}",
            "\u{1F88}", "\u{0130}", "\u{FB03}", "\u{1E9E}", "\u{2800}", "\u{115F}", "|#", "]|[",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,4}",
        1 => ".{0,4}",
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn reading_the_form_again_changes_nothing(raw in names()) {
        let once = Name::read(&raw);
        let twice = Name::read(once.comparison());
        prop_assert_eq!(once.comparison(), twice.comparison());
        prop_assert_eq!(twice.details(), &Details::default());
        let shown = Name::read(once.display());
        prop_assert_eq!(shown.display(), once.display());
    }

    #[test]
    fn an_encoding_changes_nothing(raw in names()) {
        let (nfc, nfkc) = (ComposingNormalizerBorrowed::new_nfc(), ComposingNormalizerBorrowed::new_nfkc());
        let (nfd, nfkd) = (DecomposingNormalizerBorrowed::new_nfd(), DecomposingNormalizerBorrowed::new_nfkd());
        let read = Name::read(&raw);
        for other in [nfc.normalize(&raw), nfkc.normalize(&raw), nfd.normalize(&raw), nfkd.normalize(&raw)] {
            let other = Name::read(&other);
            prop_assert_eq!(read.comparison(), other.comparison());
            prop_assert_eq!(read.details(), other.details());
        }
    }

    #[test]
    fn invisible_characters_change_nothing(raw in names(), at in any::<prop::sample::Index>()) {
        let places: Vec<usize> = raw.char_indices().map(|(at, _)| at).chain([raw.len()]).collect();
        let mut with = raw.clone();
        with.insert(places[at.index(places.len())], '\u{200B}');
        let (read, other) = (Name::read(&raw), Name::read(&with));
        // Between a letter and its accent it keeps them from composing until it is gone.
        prop_assert_eq!(read.comparison(), other.comparison());
    }

    #[test]
    fn sameness_is_symmetric_and_strict(a in names(), b in names(), tag in "[A-Z]{2,4}", number in 1..999_u16) {
        let (x, y) = (Name::read(&a), Name::read(&b));
        prop_assert_eq!(x.same_user(&y), y.same_user(&x));
        prop_assert_eq!(likeness(&x, &y), likeness(&y, &x));
        prop_assert_eq!(x.same_user(&x), !x.comparison().is_empty());
        if x.same_user(&y) {
            prop_assert_eq!(x.comparison(), y.comparison());
        }
        let dressed = Name::read(&format!("[{tag}] {} #{number}", x.comparison()));
        prop_assert_eq!(dressed.comparison(), x.comparison());
        prop_assert_eq!(dressed.same_user(&Name::read(x.comparison())), !x.comparison().is_empty());
    }
}
