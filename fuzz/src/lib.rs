//! What holds of any bytes. The properties are in `properties/`, which the package's own tests include as well.

use std::sync::Once;

#[path = "../properties/mod.rs"]
pub mod properties;

/// Calls the property of this name. A panic that the library catches by itself, where it asks another library about a
/// hostile archive, is no finding; the hook that libFuzzer sets would end the process at it, so it is taken away. A panic
/// that nobody catches still ends it.
pub fn run(name: &str, data: &[u8]) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|panic| eprintln!("{panic}"))));
    let (_, property) = properties::ALL.iter().find(|(known, _)| *known == name).expect("a property");
    property(data);
}
