# A part of endurance.sh: a Slurm of its own on 127.0.0.1, two tasks at once, one of them killed.

missing=
for tool in sbatch slurmctld slurmd munged; do command -v $tool > /dev/null || missing="$missing $tool"; done
[ "$(id -u)" = 0 ] || missing="$missing root"
if [ -n "$missing" ]; then
  skip slurm_run_is_the_same "missing:$missing (Debian's slurm-wlm and munge, as root)"
  skip slurm_ran_two_at_once "missing:$missing"
  skip slurm_killed_task_is_made_up_for "missing:$missing"
  return
fi

slurm=$tmp/slurm
mkdir -p "$slurm/state" "$slurm/spool" /run/munge
chmod 755 "$tmp" "$slurm"
chown munge: /run/munge
[ -f /etc/munge/munge.key ] || runuser -u munge -- mungekey --create --keyfile=/etc/munge/munge.key
own_munged=
pgrep -x munged > /dev/null || { runuser -u munge -- munged; own_munged=yes; }
host=$(hostname -s)
cat > "$slurm/slurm.conf" << CONF
ClusterName=lab
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1
KillWait=2
MpiDefault=none
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=lab Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$slurm/slurm.conf
stop_slurm() {
  for name in slurmd slurmctld; do kill "$(cat "$slurm/$name.pid" 2> /dev/null)" 2> /dev/null; done
  [ -z $own_munged ] || pkill -x munged
  sleep 1
}
slurmctld -c && slurmd -N "$host"

# until_jobs STATE N: waits until so many are in that state, two minutes at most.
jobs_in() { squeue -h -r -t "$1" -o '%A %j %T' 2> /dev/null; }
until_jobs() {
  local tenths=0
  until [ "$(jobs_in "$1" | grep -c "$sweep")" -ge "$2" ] || [ $((tenths += 1)) -gt 1200 ]; do sleep 0.1; done
}

./run-all.sh --slurm --tasks 2 "${options[@]}" --jobs 1 --out "$tmp/cluster" -c 1 $sweep > "$tmp/submitted" 2>&1
until_jobs running 2
running=$(jobs_in running | grep -c "$sweep")
until [ -n "$(finished "$tmp/cluster")" ] || ! jobs_in pending,running,completing | grep -q .; do sleep 0.1; done
# As a node that dies leaves it: the second task's processes are gone at once.
scancel --signal=KILL --full "$(squeue -h -r -t running -n $sweep -o '%F_%K' | grep _2)"
tenths=0
while jobs_in pending,running,completing | grep -q . && [ $((tenths += 1)) -lt 6000 ]; do sleep 0.1; done
cat "$tmp/submitted"
expect slurm_ran_two_at_once "$running" 2
# A run without an end, and that task again in the second array.
expect slurm_killed_task_is_made_up_for \
  "$(tr -d ' \n' < "$tmp/cluster/$sweep/provenance.json" |
    grep -Eo '"Shard":"[^"]*","Started":"[^"]*","Ended":""|"Shard":"2/2"' | cut -c 9-13 |
    sort | uniq -c | tr -s ' \n' ' ')" '*2 "2/2*'
equal slurm_run_is_the_same "$tmp/cluster"
[ -f "$tmp/cluster/index.html" ] || { tail -n 5 "$slurm"/*.log "$tmp"/cluster/slurm/*; ls -R "$tmp/cluster"; }
