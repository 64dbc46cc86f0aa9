use super::{Stamp, Stop, out_of_range};
use crate::amount::Units;
use crate::answer::Answer;
use crate::campaign::Campaign;
use crate::command::CreateCampaign;
use crate::table::NotLoaded;
use crate::working_set::WorkingSet;

/// Opens a campaign under the next number.
pub(super) fn create_campaign(
    set: &mut WorkingSet,
    command: &CreateCampaign,
    stamp: &mut Stamp<'_>,
) -> Result<Answer, Stop> {
    let id = set.next_campaign.ok_or(NotLoaded)?;
    let next = id.next().ok_or_else(|| out_of_range(""))?;

    // From here nothing can fail.
    let campaign = Campaign {
        id,
        name: command.name.clone(),
        discount: command.discount,
        minimum_subtotal: command.minimum_subtotal,
        valid_from: command.valid_from,
        valid_until: command.valid_until,
        quantity: command.quantity,
        issued: Units::ZERO,
        created_at: stamp.now,
    };
    set.next_campaign = Some(next);
    set.campaigns.insert(id, campaign.clone());
    Ok(Answer::CampaignCreated(campaign))
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::command::CreateCampaign;
    use crate::decide::testing::*;
    use crate::id::CampaignId;
    use crate::limits::MAX_SAFE_INTEGER;

    #[test]
    fn campaigns_are_numbered_from_one_and_begin_with_nothing_issued() {
        let mut shop = Shop::new();
        for number in 1..=3 {
            let command = CreateCampaign {
                minimum_subtotal: Some(money(9)),
                ..campaign(number)
            };
            let Answer::CampaignCreated(created) = shop.done(command.clone()) else {
                panic!("another answer");
            };
            assert_eq!((created.id.get(), created.issued), (number, units(0)));
            assert_eq!(
                (created.name, created.discount),
                (command.name, command.discount)
            );
            assert_eq!(created.minimum_subtotal, command.minimum_subtotal);
            assert_eq!(created.valid_from, command.valid_from);
            assert_eq!(created.valid_until, command.valid_until);
            assert_eq!(
                (created.quantity, created.created_at),
                (command.quantity, shop.now)
            );
        }
    }

    #[test]
    fn the_numbers_end_without_a_wrap() {
        let mut shop = Shop::new();
        shop.set.next_campaign = CampaignId::new(MAX_SAFE_INTEGER);
        assert_eq!(shop.rejected(campaign(1)), ["validation-failed "]);
    }
}
