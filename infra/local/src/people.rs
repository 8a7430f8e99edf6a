//! The people of the demo club.

use gantry_shared::domain::rank::Rank;

/// Somebody of the demo club: account name, the name that others see, rank.
pub struct Person {
    /// Discord's user name.
    pub username: &'static str,
    /// The name that others see.
    pub name: &'static str,
    /// Their standing in the club.
    pub rank: Rank,
}

const fn person(username: &'static str, name: &'static str, rank: Rank) -> Person {
    Person { username, name, rank }
}

/// The owner, who founds the club.
pub const OWNER: Person = person("marta.keller", "Marta Keller", Rank::Owner);

/// The other 39 members.
pub const MEMBERS: [Person; 39] = [
    person("jonas_bergstroem", "Jonas Bergström", Rank::Admin),
    person("aiko.tanaka", "田中 愛子", Rank::Admin),
    person("rafael.ortega", "Rafael Ortega", Rank::TeamManager),
    person("svetlana_m", "Светлана Морозова", Rank::TeamManager),
    person("thandiwe.n", "Thandiwe Nkosi", Rank::TeamManager),
    person("eleni.pap", "Ελένη Παπαδοπούλου", Rank::Steward),
    person("owen.price", "Owen Price", Rank::Steward),
    person("lucas.moreau", "Lucas Moreau", Rank::Member),
    person("nguyen.minh", "Nguyễn Minh Anh", Rank::Member),
    person("kacper_w", "Kacper Wójcik", Rank::Member),
    person("yara.haddad", "يارا حداد", Rank::Member),
    person("bruno.cardoso", "Bruno Cardoso", Rank::Member),
    person("sofia.lindqvist", "Sofia Lindqvist", Rank::Member),
    person("min-jun.park", "박민준", Rank::Member),
    person("chloe.dubois", "Chloé Dubois", Rank::Member),
    person("arjun.mehta", "अर्जुन मेहता", Rank::Member),
    person("isla.mackay", "Isla MacKay", Rank::Member),
    person("diego.fuentes", "Diego Fuentes", Rank::Member),
    person("noa.levi", "נועה לוי", Rank::Member),
    person("petr.novak", "Petr Novák", Rank::Member),
    person("hanna.virtanen", "Hanna Virtanen", Rank::Member),
    person("li.wei", "李伟", Rank::Member),
    person("gareth.o", "Gareth O'Donnell", Rank::Member),
    person("amara.okafor", "Amara Okafor", Rank::Member),
    person("mehmet.yilmaz", "Mehmet Yılmaz", Rank::Member),
    person("ines.ferreira", "Inês Ferreira", Rank::Member),
    person("dmytro.k", "Дмитро Коваль", Rank::Member),
    person("anan.chai", "อนันต์ ชัยวงศ์", Rank::Member),
    person("freya.nielsen", "Freya Nielsen", Rank::Member),
    person("tomas.rivera", "Tomás Rivera", Rank::Member),
    person("katarina.h", "Katarína Horváthová", Rank::Member),
    person("samuel.adeyemi", "Samuel Adéyẹmí", Rank::Member),
    person("julia.schmid", "Julia Schmid", Rank::Prospect),
    person("davit.beridze", "დავით ბერიძე", Rank::Prospect),
    person("maja.kovac", "Maja Kovač", Rank::Prospect),
    person("enzo.ricci", "Enzo Ricci", Rank::Prospect),
    person("hugo.peeters", "Hugo Peeters", Rank::Prospect),
    person("zeynep.arslan", "Zeynep Arslan", Rank::Prospect),
    person("connor.walsh", "Connor Walsh", Rank::Prospect),
];

/// Somebody in the guild who is not on the roster.
pub const STRANGER: Person = person("passer.by", "Passer By", Rank::Guest);
