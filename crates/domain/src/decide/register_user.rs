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
        return Ok(Answer::User { user, created: true });
    };

    let mut user = user.clone();
    if let Some(name) = &command.name
        && user.name.as_ref() != Some(name)
    {
        user.name = Some(name.clone());
        set.users.update(&user.id, |row| row.name = Some(name.clone()));
    }
    Ok(Answer::User { user, created: false })
}
