//! Doing what the scheduler says. No rule of the order or of the end lives here.

#[cfg(feature = "tokio")]
pub(crate) mod asynchronous;
mod desk;
mod handed;
mod inline;
mod pool;
#[cfg(test)]
#[cfg(shuttle)]
mod schedules;
mod session;
mod spans;
mod trial;

pub(crate) use self::session::Session;
pub(crate) use self::trial::Slot;

/// Drives the session until all is over; one of a plan that has nothing async.
pub(crate) fn run(mut session: Session, slot: &mut Slot, slots: u32, can_be_cut_short: bool) -> Session {
    if slots > 1 || can_be_cut_short {
        return pool::run(session, &slot.ctx, slots);
    }
    inline::run(&mut session, slot);
    session
}
