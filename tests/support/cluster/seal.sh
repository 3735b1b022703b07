#!/bin/sh
# Runs as process 1 of fresh mount, process and network namespaces: seal.sh STATE NODE_ADDRESS SERVICE_NETWORK PROGRAM
# No way leads out: an address that no pod or service has is unreachable at once. The machine's routes and mounts stay as they are.
set -eu
state=$1 node=$2 services=$3 program=$4

# Places that containerd, its shims and the kubelet do not let one choose.
mount --make-rshared /
for place in /run /var/lib /var/log; do
  mkdir -p "$state/machine$place"
  mount --bind "$state/machine$place" "$place"
done

# Whoever runs in here asks the cluster's name server alone. Where the machine's file is a link, its end may be hidden by the above.
printf 'nameserver %s\n' "$node" >"$state/name-server"
names=$(readlink -m /etc/resolv.conf)
[ -e "$names" ] || { mkdir -p "$(dirname "$names")" && touch "$names"; }
mount --bind "$state/name-server" "$names"

ip link set lo up
# A bridge without ports stands in for a dummy device, which not every kernel has.
ip link add node0 type bridge
ip address add "$node/32" dev node0
ip link set node0 up
# A local connection to a service needs a route before kube-proxy can rewrite it.
ip route add "$services" dev node0 src "$node"
ip route add unreachable default metric 4000
echo 1 >/proc/sys/net/ipv4/ip_forward
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
fi

touch "$state/sealed"
exec "$program"
