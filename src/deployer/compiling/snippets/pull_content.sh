# Brings git repositories into a person's home at the start of their server: REPOSITORY BRANCH FOLDER, as often as there are any.
# What the person changed is kept, and wins where both sides changed the same lines. Nothing here may stop a server from starting:
# whatever goes wrong is written to the log, and the next repository is tried.
set -u
cd "${HOME:-.}" || exit 0
mkdir -p .cache/deployer 2>/dev/null
LOG="$PWD/.cache/deployer/content.log"
true 2>/dev/null >"$LOG" || LOG=/dev/null
export GIT_TERMINAL_PROMPT=0 GIT_MERGE_AUTOEDIT=no
command -v git >/dev/null 2>&1 || { echo "git is not in this image" >>"$LOG"; exit 0; }

limited() {
  if command -v timeout >/dev/null 2>&1; then timeout 120 "$@"; else "$@"; fi
}

in_copy() {
  git -c safe.directory='*' -c core.quotePath=false -c user.name="Automatic update" -c user.email="nobody@localhost" -c core.hooksPath=/dev/null -C "$folder" "$@"
}

# The history comes last into the folder, and says what else belongs there: one that is interrupted is repaired by the next start.
clone() {
  mkdir -p -- "$folder" || return 1
  rm -rf -- "$folder".[0-9]*.incomplete
  half="$folder.$$.incomplete"
  limited git clone --quiet --no-checkout --branch "$branch" --single-branch -- "$repo" "$half" &&
    git -c safe.directory='*' -C "$half" reset --quiet && mv -- "$half/.git" "$folder/.git" && in_copy reset --quiet --hard
  result=$?
  rm -rf -- "$half"
  rmdir -- "$folder" 2>/dev/null
  return "$result"
}

# A new file of the repository that the person has already made, too, would stop the merge: theirs moves out of the way.
make_way() {
  in_copy diff --name-only --diff-filter=A HEAD FETCH_HEAD | while IFS= read -r name; do
    if [ -e "$folder/$name" ] && ! in_copy ls-files --error-unmatch -- "$name" >/dev/null 2>&1; then
      mv -- "$folder/$name" "$folder/$name.mine.$(date +%Y%m%d%H%M%S)"
    fi
  done
}

update() {
  rm -f -- "$folder/.git/index.lock"
  limited git -c safe.directory='*' -C "$folder" fetch --quiet -- "$repo" "$branch" || return 1
  # A file that was deleted comes back: that is how people start over.
  in_copy ls-files --deleted | while IFS= read -r name; do in_copy checkout --quiet -- "$name"; done
  make_way
  in_copy diff --quiet HEAD || in_copy commit --quiet --all --message "Changes made on the hub" || return 1
  in_copy merge --quiet --strategy-option=ours FETCH_HEAD && return 0
  in_copy merge --abort
  return 1
}

while [ "$#" -ge 3 ]; do
  repo=$1 branch=$2 folder=$3
  shift 3
  if [ -e "$folder/.git" ]; then
    action=update
  elif [ -n "$(ls -A -- "$folder" 2>/dev/null)" ]; then
    echo "$folder: something of this name is there already, which is no copy of $repo; it was left alone" >>"$LOG"
    continue
  else
    action=clone
  fi
  if "$action" >>"$LOG" 2>&1; then
    echo "$folder: up to date with $branch of $repo" >>"$LOG"
  else
    echo "$folder: could not bring in $branch of $repo; nothing was changed" >>"$LOG"
  fi
done
exit 0
