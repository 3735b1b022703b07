package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// provisionerName is what a StorageClass names to get its volumes from here.
const provisionerName = "onenode/directories"

// directories makes volumes out of directories below root.
type directories struct {
	client kubernetes.Interface
	root   string
}

// provisionForever is `provisioner KUBECONFIG ROOT`. It looks twice a second instead of watching: one node has few claims,
// and a list needs no recovery after the API server was away.
func provisionForever(args []string) error {
	if len(args) != 2 {
		return errors.New("provisioner KUBECONFIG ROOT")
	}
	config, err := clientcmd.BuildConfigFromFlags("", args[0])
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	volumes := directories{client: client, root: args[1]}
	for ; ; time.Sleep(500 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		if err := errors.Join(volumes.give(ctx), volumes.takeBack(ctx)); err != nil {
			fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), err)
		}
		cancel()
	}
}

// give makes a volume for every pending claim of one of our classes.
func (d directories) give(ctx context.Context) error {
	policies, err := d.reclaimPolicies(ctx)
	if err != nil {
		return err
	}
	claims, err := d.client.CoreV1().PersistentVolumeClaims("").List(ctx, meta.ListOptions{})
	if err != nil {
		return err
	}
	var failures []error
	for i := range claims.Items {
		claim := &claims.Items[i]
		if claim.Status.Phase != core.ClaimPending || claim.Spec.VolumeName != "" || claim.Spec.StorageClassName == nil {
			continue
		}
		if policy, ours := policies[*claim.Spec.StorageClassName]; ours {
			failures = append(failures, d.giveOne(ctx, claim, policy))
		}
	}
	return errors.Join(failures...)
}

func (d directories) reclaimPolicies(ctx context.Context) (map[string]core.PersistentVolumeReclaimPolicy, error) {
	classes, err := d.client.StorageV1().StorageClasses().List(ctx, meta.ListOptions{})
	if err != nil {
		return nil, err
	}
	policies := map[string]core.PersistentVolumeReclaimPolicy{}
	for _, class := range classes.Items {
		if class.Provisioner != provisionerName {
			continue
		}
		policies[class.Name] = core.PersistentVolumeReclaimDelete
		if class.ReclaimPolicy != nil {
			policies[class.Name] = *class.ReclaimPolicy
		}
	}
	return policies, nil
}

// giveOne makes the directory open to everybody (volumes of kind hostPath do not follow a pod's fsGroup).
func (d directories) giveOne(ctx context.Context, claim *core.PersistentVolumeClaim, policy core.PersistentVolumeReclaimPolicy) error {
	path := filepath.Join(d.root, fmt.Sprintf("%s-%s-%s", claim.Namespace, claim.Name, claim.UID))
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o777); err != nil {
		return err
	}
	kind := core.HostPathDirectory
	volume := &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{
			Name:        "pvc-" + string(claim.UID),
			Annotations: map[string]string{"pv.kubernetes.io/provisioned-by": provisionerName},
		},
		Spec: core.PersistentVolumeSpec{
			StorageClassName:              *claim.Spec.StorageClassName,
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      claim.Spec.Resources.Requests,
			PersistentVolumeReclaimPolicy: policy,
			PersistentVolumeSource:        core.PersistentVolumeSource{HostPath: &core.HostPathVolumeSource{Path: path, Type: &kind}},
			ClaimRef: &core.ObjectReference{
				Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
		},
	}
	_, err := d.client.CoreV1().PersistentVolumes().Create(ctx, volume, meta.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// takeBack removes the directories of volumes that nobody claims any more.
func (d directories) takeBack(ctx context.Context) error {
	volumes, err := d.client.CoreV1().PersistentVolumes().List(ctx, meta.ListOptions{})
	if err != nil {
		return err
	}
	var failures []error
	for i := range volumes.Items {
		if d.isFree(&volumes.Items[i]) {
			failures = append(failures, d.takeBackOne(ctx, &volumes.Items[i]))
		}
	}
	return errors.Join(failures...)
}

// isFree holds for a released volume of ours that is not kept; the directory's place is checked, as it will be removed.
func (d directories) isFree(volume *core.PersistentVolume) bool {
	return volume.Annotations["pv.kubernetes.io/provisioned-by"] == provisionerName &&
		volume.Status.Phase == core.VolumeReleased &&
		volume.Spec.PersistentVolumeReclaimPolicy == core.PersistentVolumeReclaimDelete &&
		volume.Spec.HostPath != nil && filepath.Dir(volume.Spec.HostPath.Path) == d.root
}

func (d directories) takeBackOne(ctx context.Context, volume *core.PersistentVolume) error {
	if err := os.RemoveAll(volume.Spec.HostPath.Path); err != nil {
		return err
	}
	err := d.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
