use super::super::{INVITE, Overwrite, OwnMember, Permissions, Role};
use super::*;
use crate::domain::ids::{GuildId, UserId};
use proptest::prelude::*;

const GUILD: u64 = 1;
const BOT: u64 = 2;
const BOT_ROLE: u64 = 3;
const PLAIN: u64 = 4;

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn role(id: u64, position: i64, permissions: u64) -> Role {
    Role {
        id: RoleId(id),
        name: format!("role {id}"),
        position,
        permissions: Permissions(permissions),
        managed: false,
    }
}

fn guild(everyone: u64, bot: u64) -> GuildPicture {
    GuildPicture {
        id: GuildId(GUILD),
        name: "Apex".to_owned(),
        owner: UserId(99),
        roles: vec![
            role(GUILD, 0, everyone),
            role(PLAIN, 1, 0),
            role(BOT_ROLE, 2, bot),
        ],
        own: OwnMember {
            user: UserId(BOT),
            roles: vec![RoleId(BOT_ROLE)],
            timed_out_until: None,
        },
    }
}

fn overwrite(target: u64, of_role: bool, allow: u64, deny: u64) -> Overwrite {
    Overwrite {
        target,
        of_role,
        allow: Permissions(allow),
        deny: Permissions(deny),
    }
}

fn category(overwrites: Vec<Overwrite>) -> PictureChannel {
    PictureChannel {
        id: ChannelId(7),
        name: "Cup".to_owned(),
        overwrites,
    }
}

const SEND: u64 = Right::SendMessages.bit().0;
const VIEW: u64 = Right::ViewChannel.bit().0;

#[test]
fn what_the_invitation_asks_for_is_enough() {
    let found = Preflight::of(
        &guild(0, INVITE.0),
        &[&category(Vec::new())],
        &[RoleId(PLAIN)],
        now(),
    );
    assert_eq!((found.is_clear(), found.bot_role), (true, Some(RoleId(BOT_ROLE))));
}

#[test]
fn each_right_that_is_missing_is_named_with_what_it_blocks() {
    for right in Right::ALL {
        let found = Preflight::of(&guild(0, INVITE.0 & !right.bit().0), &[], &[], now());
        assert_eq!(found.gaps, [Gap::Guild { right }]);
        assert_eq!(found.gaps[0].blocks(), [right.feature()]);
    }
}

#[test]
fn rights_of_everyone_count() {
    assert!(Preflight::of(&guild(SEND, INVITE.0 & !SEND), &[], &[], now()).is_clear());
}

#[test]
fn administrators_and_owners_lack_nothing() {
    let hidden = category(vec![overwrite(GUILD, true, 0, u64::MAX)]);
    let administrator = guild(0, Permissions::ADMINISTRATOR.0);
    assert!(Preflight::of(&administrator, &[&hidden], &[], now()).is_clear());
    let mut owned = guild(0, 0);
    owned.owner = UserId(BOT);
    assert!(Preflight::of(&owned, &[&hidden], &[RoleId(PLAIN)], now()).is_clear());
}

#[test]
fn a_category_takes_away_in_discords_order() {
    let picture = guild(0, INVITE.0);
    let denied = |overwrites| match Preflight::of(&picture, &[&category(overwrites)], &[], now())
        .gaps
        .pop()
    {
        None => Vec::new(),
        Some(Gap::Category { rights, .. }) => rights,
        Some(other) => panic!("{other:?}"),
    };
    let riding = [
        Right::SendMessages,
        Right::EmbedLinks,
        Right::AttachFiles,
        Right::MentionEveryone,
    ];
    // @everyone is denied, which takes with it what rides on messages.
    assert_eq!(denied(vec![overwrite(GUILD, true, 0, SEND)]), riding);
    // The bot's role outweighs @everyone, whatever the order of the list; the member's own outweighs its roles.
    let for_role = overwrite(BOT_ROLE, true, SEND, 0);
    assert!(denied(vec![for_role, overwrite(GUILD, true, 0, SEND)]).is_empty());
    assert_eq!(denied(vec![overwrite(BOT, false, 0, SEND), for_role]), riding);
    assert!(
        denied(vec![
            overwrite(BOT, false, SEND, 0),
            overwrite(BOT_ROLE, true, 0, SEND)
        ])
        .is_empty()
    );
    // Of several roles the one that grants wins.
    let mut two = picture.clone();
    two.own.roles.push(RoleId(PLAIN));
    let both = category(vec![
        overwrite(PLAIN, true, SEND, 0),
        overwrite(BOT_ROLE, true, 0, SEND),
    ]);
    assert!(Preflight::of(&two, &[&both], &[], now()).is_clear());
    // Roles that the bot has not, and members that it is not, do not matter.
    assert!(
        denied(vec![
            overwrite(PLAIN, true, 0, SEND),
            overwrite(BOT_ROLE, false, 0, SEND)
        ])
        .is_empty()
    );
    // A category that the bot cannot see hides all rights of channels.
    let of_channels = Right::ALL.into_iter().filter(|right| right.is_of_channels());
    assert_eq!(
        denied(vec![overwrite(GUILD, true, 0, VIEW)]),
        of_channels.collect::<Vec<_>>()
    );
}

#[test]
fn a_category_that_keeps_its_permissions_to_itself_stops_channels() {
    let manage = Right::ManageRoles;
    let closed = category(vec![overwrite(GUILD, true, 0, manage.bit().0)]);
    let gaps = Preflight::of(&guild(0, INVITE.0), &[&closed], &[], now()).gaps;
    let expected = Gap::Category {
        category: ChannelId(7),
        name: "Cup".to_owned(),
        rights: vec![manage],
    };
    assert_eq!(gaps, [expected]);
    assert_eq!(gaps[0].blocks(), [Feature::EventChannels]);
    assert_eq!(manage.label_in_channels(), "Manage Permissions");
}

#[test]
fn a_time_out_is_the_one_thing_to_mend() {
    let mut picture = guild(0, INVITE.0);
    let until = "2026-11-21T10:00:00Z".parse().unwrap();
    picture.own.timed_out_until = Some(until);
    let found = Preflight::of(&picture, &[&category(Vec::new())], &[], now());
    assert_eq!(found.gaps, [Gap::TimedOut { until }]);
    assert_eq!(found.gaps[0].blocks().len(), 8);
    assert!(!Preflight::of_event_channel(&picture, None, now()).is_clear());
    assert!(
        Preflight::of(&picture, &[], &[], until).is_clear(),
        "it ends at that instant"
    );
}

#[test]
fn only_lower_roles_of_people_can_be_handed_out() {
    let mut picture = guild(0, INVITE.0);
    // At the same place the older role, of the lower id, stands higher.
    picture
        .roles
        .extend([role(9, 2, 0), role(8, 3, 0), role(2, 2, 0)]);
    picture.roles[1].managed = true;
    let handed_out = [9, 8, 2, PLAIN, BOT_ROLE, 77].map(RoleId);
    let gaps = Preflight::of(&picture, &[], &handed_out, now()).gaps;
    let name = |id: u64| format!("role {id}");
    let expected = [
        Gap::RoleTooHigh {
            role: RoleId(8),
            name: name(8),
        },
        Gap::RoleTooHigh {
            role: RoleId(2),
            name: name(2),
        },
        Gap::RoleManaged {
            role: RoleId(PLAIN),
            name: name(PLAIN),
        },
        // It may manage roles: that is nothing to hand out, wherever it stands.
        Gap::RolePowerful {
            role: RoleId(BOT_ROLE),
            name: name(BOT_ROLE),
        },
        Gap::RoleGone { role: RoleId(77) },
    ];
    assert_eq!(gaps, expected);
    assert!(gaps.iter().all(|gap| gap.blocks() == [Feature::Roles]));
    picture.own.roles.clear();
    assert!(
        !picture.stands_above(&role(PLAIN, 1, 0)),
        "without a role nothing is below"
    );
}

#[test]
fn an_event_channel_asks_only_for_what_it_needs() {
    let needed = Right::FOR_EVENT_CHANNELS
        .iter()
        .fold(0, |all, right| all | right.bit().0);
    assert!(Preflight::of_event_channel(&guild(0, needed), None, now()).is_clear());
    let make = Right::ManageChannels;
    let without = guild(0, needed & !make.bit().0);
    let granting = category(vec![overwrite(BOT_ROLE, true, u64::MAX, 0)]);
    let gaps = Preflight::of_event_channel(&without, Some(&granting), now()).gaps;
    assert_eq!(
        gaps,
        [Gap::Guild { right: make }],
        "a category cannot grant this one"
    );
    // What the category grants need not be the guild's.
    assert!(Preflight::of_event_channel(&guild(0, needed & !SEND), Some(&granting), now()).is_clear());
    let closed = category(vec![overwrite(GUILD, true, 0, SEND)]);
    let gaps = Preflight::of_event_channel(&guild(0, needed), Some(&closed), now()).gaps;
    let rights = vec![Right::SendMessages, Right::EmbedLinks];
    let (category, name) = (ChannelId(7), "Cup".to_owned());
    assert_eq!(
        gaps,
        [Gap::Category {
            category,
            name,
            rights
        }]
    );
}

proptest! {
    /// Whatever a guild grants, every right is either held or named, and never both.
    #[test]
    fn every_right_is_held_or_named(everyone: u64, bot: u64) {
        let picture = guild(everyone, bot);
        let found = Preflight::of(&picture, &[], &[], now());
        for right in Right::ALL {
            let named = found.gaps.contains(&Gap::Guild { right });
            prop_assert_eq!(named, !picture.in_guild(now()).has(right.bit()));
        }
    }

    /// A grant to the bot itself always wins, a denial too.
    #[test]
    fn the_members_own_overwrite_comes_last(allow: u64, deny: u64, role_allow: u64, role_deny: u64) {
        let (view, send) = (VIEW, SEND);
        let picture = guild(0, INVITE.0);
        let own = overwrite(BOT, false, allow | view | send, deny & !(view | send));
        let channel = category(vec![own, overwrite(BOT_ROLE, true, role_allow, role_deny)]);
        let rights = picture.in_channel(&channel, now());
        prop_assert!(rights.has(own.allow));
        prop_assert_eq!(rights & own.deny & !own.allow, Permissions::NONE);
    }
}
