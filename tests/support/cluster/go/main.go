// One binary holds every process of a one-node Kubernetes; the name it is called by picks the process.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
)

// components maps a process of Kubernetes to the command that its own main package runs.
var components = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllermanager.NewControllerManagerCommand,
	"kube-proxy":              proxy.NewProxyCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
}

// ours maps the other processes to what they do with their arguments; none of these returns while all is well.
var ours = map[string]func(args []string) error{
	"coredns":     serveNames,
	"etcd":        func([]string) error { etcdmain.Main(os.Args); return nil },
	"init":        reapChildren,
	"provisioner": provisionForever,
	"relay":       relayForever,
}

func main() {
	name := filepath.Base(os.Args[0])
	if command, known := components[name]; known {
		os.Exit(cli.Run(command()))
	}
	run, known := ours[name]
	if !known {
		fail(fmt.Errorf("%q is no process of this cluster", name))
	}
	if err := run(os.Args[1:]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
