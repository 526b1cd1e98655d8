//! Where the command `migrate` sends a VM, and what it was told before.

use super::value::Value;

/// Whether a capability is on in a list of them, as `migrate-set-capabilities` takes and `query-migrate-capabilities` answers it;
/// `None` where it is not in the list.
pub(super) fn capability(capabilities: &Value<'_>, name: &str) -> Option<bool> {
    let all = capabilities.as_array()?;
    let is_it = |one: &&Value<'_>| one.get("capability").and_then(Value::as_str) == Some(name);
    all.iter().find(is_it)?.get("state")?.as_bool()
}

/// The `uri` of the command, or its first channel (since QEMU 8.2) in the same words, as far as they tell a route.
pub(super) fn destination(arguments: &Value<'_>) -> Option<String> {
    if let Some(uri) = arguments.get("uri").and_then(Value::as_str) {
        return Some(uri.to_owned());
    }
    let address = arguments.get("channels")?.as_array()?.first()?.get("addr")?;
    let text = |key: &str| address.get(key).and_then(Value::as_str);
    let transport = text("transport")?;
    let scheme = match (transport, text("type")) {
        ("socket", Some("inet")) => "tcp",
        ("socket", Some(kind)) => kind,
        _ => transport,
    };
    let place = match (text("host"), text("port")) {
        // An address of IPv6 has colons itself.
        (Some(host), Some(port)) if host.contains(':') => format!("[{host}]:{port}"),
        (Some(host), Some(port)) => format!("{host}:{port}"),
        _ => text("path").or_else(|| text("str")).unwrap_or_default().to_owned(),
    };
    Some(format!("{scheme}:{place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_and_channels() {
        let channel = |address: serde_json::Value| serde_json::json!({"channels": [{"channel-type": "main", "addr": address}]});
        for (arguments, expected) in [
            (serde_json::json!({"uri": "tcp:kirsche:4444"}), Some("tcp:kirsche:4444")),
            (
                channel(
                    serde_json::json!({"transport": "socket", "type": "inet", "host": "::1", "port": "4444"}),
                ),
                Some("tcp:[::1]:4444"),
            ),
            (
                channel(serde_json::json!({"transport": "socket", "type": "unix", "path": "/run/m"})),
                Some("unix:/run/m"),
            ),
            (
                channel(serde_json::json!({"transport": "rdma", "host": "apfel", "port": "4444"})),
                Some("rdma:apfel:4444"),
            ),
            (serde_json::json!({"detach": true}), None),
        ] {
            assert_eq!(destination(&Value::from(arguments.clone())).as_deref(), expected, "{arguments}");
        }
    }
}
