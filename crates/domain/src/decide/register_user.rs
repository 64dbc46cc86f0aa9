use super::{Stamp, Stop};
use crate::answer::Answer;
use crate::command::RegisterUser;
use crate::user::User;
use crate::working_set::WorkingSet;

/// Registers a user with an empty balance, or renames one that is there; an
/// absent name is kept.
pub(super) fn register_user(
    set: &mut WorkingSet,
    command: &RegisterUser,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let Some(user) = set.users.get(&command.user_id)? else {
        let user = User::new(command.user_id, command.name.clone(), stamp.now);
        set.users.insert(user.id, user.clone());
        return Ok(Answer::User {
            user,
            created: true,
        });
    };

    let mut user = user.clone();
    if let Some(name) = &command.name
        && user.name.as_ref() != Some(name)
    {
        user.name = Some(name.clone());
        set.users
            .update(&user.id, |row| row.name = Some(name.clone()));
    }
    Ok(Answer::User {
        user,
        created: false,
    })
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::command::RegisterUser;
    use crate::decide::testing::*;
    use crate::time::Timestamp;

    #[test]
    fn a_user_is_registered_once_and_an_absent_name_is_kept() {
        let table = [
            (Some("Kim"), true, Some("Kim")),
            (None, false, Some("Kim")),
            (Some("Lee"), false, Some("Lee")),
            (Some("Lee"), false, Some("Lee")),
        ];
        let mut shop = Shop::new();
        for (name, first, expected) in table {
            let Answer::User { user, created } =
                shop.done(RegisterUser::new(user(1), name).unwrap())
            else {
                panic!("another answer");
            };
            assert_eq!(
                (created, user.name.as_deref()),
                (first, expected),
                "{name:?}"
            );
            assert_eq!(
                shop.set.users.get(&user.id).unwrap(),
                Some(&user),
                "{name:?}"
            );
            assert_eq!(user.created_at, Timestamp::from_micros(NOW), "{name:?}");
            let later = shop.now.as_micros() + 1;
            shop.at(later);
        }
    }

    #[test]
    fn a_new_name_leaves_the_money_alone() {
        let mut shop = Shop::new();
        shop.given_user(1, 500);
        shop.done(RegisterUser::new(user(1), Some("Kim")).unwrap());
        assert_eq!(shop.balance(1), 500);
        assert_eq!(shop.set.journal.entries.len(), 1, "the charge alone");
    }
}
