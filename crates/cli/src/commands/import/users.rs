//! A row of `userId,name,balance`.

use jumun_domain::{Charge, Command, RegisterUser, Rule, UserId, Violation};

use super::problems::{integer, sentence};
use super::sheet::{Numbered, Row};
use crate::database::Importer;
use crate::failure::Failure;

/// A user and the opening balance, which is a charge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct UserRow {
    user_id: UserId,
    register: RegisterUser,
    charge: Option<Charge>,
}

/// What is wrong with an opening balance: of a file zero is accepted too.
fn opening_balance(violation: &Violation) -> String {
    let rule = match violation.rule {
        Rule::IntegerBetween { max, .. } => Rule::IntegerBetween { min: 0, max },
        other => other,
    };
    sentence(&Violation::new("", rule), "balance")
}

impl Row for UserRow {
    const COLUMNS: &'static [&'static str] = &["userId", "name", "balance"];

    fn parse(cells: &[&str]) -> Result<Self, Vec<String>> {
        let [id, name, balance] = cells else {
            return Err(vec!["not three columns".to_owned()]);
        };
        let id = integer("userId", id).and_then(|id| {
            UserId::new(id).ok_or_else(|| format!("userId {id} is not a positive whole number"))
        });
        let balance = integer("balance", balance);
        let (user_id, balance) = match (id, balance) {
            (Ok(user_id), Ok(balance)) => (user_id, balance),
            (id, balance) => return Err(id.err().into_iter().chain(balance.err()).collect()),
        };
        let name = Some(*name).filter(|name| !name.is_empty());
        let register = RegisterUser::new(user_id, name);
        // A balance of zero is no payment.
        let charge = (balance != 0)
            .then(|| Charge::new(user_id, balance, None))
            .transpose();
        match (register, charge) {
            (Ok(register), Ok(charge)) => Ok(Self {
                user_id,
                register,
                charge,
            }),
            (register, charge) => {
                let names = register.err().unwrap_or_default();
                let balances = charge.err().unwrap_or_default();
                Err(names
                    .iter()
                    .map(|violation| sentence(violation, "name"))
                    .chain(balances.iter().map(opening_balance))
                    .collect())
            }
        }
    }

    fn id(&self) -> i64 {
        self.user_id.get()
    }

    fn existing(importer: &dyn Importer, rows: &[Numbered<Self>]) -> Result<Vec<i64>, Failure> {
        let ids: Vec<UserId> = rows.iter().map(|numbered| numbered.row.user_id).collect();
        Ok(importer
            .existing_users(&ids)?
            .into_iter()
            .map(UserId::get)
            .collect())
    }

    fn into_commands(self) -> Vec<Command> {
        let charge = self.charge.map(Command::Charge);
        std::iter::once(Command::RegisterUser(self.register))
            .chain(charge)
            .collect()
    }
}
