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
