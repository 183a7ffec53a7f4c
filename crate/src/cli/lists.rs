//! `ops` and `kernels`: the lists that the page and the reference are made of, as text.
use pagerace::view::session::catalogue;

/// The operations of timelines.
pub fn operations() -> String {
    let mut text = String::new();
    for operation in catalogue().operations {
        text += &format!("{}\n    {}\n", operation.signature, operation.help);
        for (name, help) in operation.params {
            text += &format!("    {name}: {help}\n");
        }
        text += &format!("    returns {}\n\n", operation.returns);
    }
    text
}

/// The presets with their toggles, and what the toggles mean.
pub fn kernels() -> String {
    let catalogue = catalogue();
    let mut text = String::new();
    for kernel in catalogue.kernels {
        text += &format!("{}  {}\n", kernel.name, kernel.sentence);
        for (toggle, value) in kernel.toggles {
            text += &format!("    {toggle} = \"{value}\"\n");
        }
        text.push('\n');
    }
    for toggle in catalogue.toggles {
        text += &format!("{}: {}\n", toggle.name, toggle.sentence);
        for (value, sentence) in toggle.values {
            text += &format!("    {value:<20} {sentence}\n");
        }
        text.push('\n');
    }
    text
}
