//! Work for several threads, where there are any.

/// Does the work of each, at the same time where there are threads.
#[cfg(not(target_arch = "wasm32"))]
pub fn in_parallel<T: Send>(mut shares: impl Iterator<Item = T>, work: impl Fn(T) + Sync) {
    let own = shares.next();
    std::thread::scope(|scope| {
        let work = &work;
        shares.for_each(|share| drop(scope.spawn(move || work(share))));
        own.into_iter().for_each(work);
    });
}

/// Does the work of each: a module of the page has one thread.
#[cfg(target_arch = "wasm32")]
pub fn in_parallel<T>(shares: impl Iterator<Item = T>, work: impl Fn(T)) {
    shares.for_each(work);
}
