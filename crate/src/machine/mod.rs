//! Floor 1: how kernel code runs. Lines and operations, routines and kernels, the programs that
//! timelines are compiled to, and the two questions of the scheduler: what may run
//! ([`System::status`]) and what happens when it does ([`System::step`]). No routine is known here.
pub mod choice;
pub mod context;
pub mod edited;
pub mod kernel;
pub mod lane;
pub mod local;
pub mod program;
pub mod property;
pub mod routine;
mod run;
pub mod store_buffer;
pub mod system;

pub use choice::{Choice, LineRecord, Status, StepRecord, Wait};
pub use context::{At, Ctx, Look};
pub use edited::{Edit, EditError, Edited, Insert, Mark, Row, Spot};
pub use kernel::{Config, Kernel};
pub use lane::{Frame, Lane};
pub use local::Local;
pub use program::{Arg, Call, CompileError, Loc, Operation, Program};
pub use property::{Property, Scope, State};
pub use routine::{CpuMask, Delivery, Function, Line, Op, Returns, Routine};
pub use store_buffer::{Order, Pending, StoreBuffer};
pub use system::System;
