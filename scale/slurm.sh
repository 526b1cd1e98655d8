#!/usr/bin/env bash
# A shard of a dataset, as a task of a Slurm array:
#
#     sbatch --array=1-16 scale/slurm.sh LOGS DATASET 16
#     stillstand dataset DATASET                             # afterwards: what is missing
#     sbatch --array=3,7 scale/slurm.sh LOGS DATASET 16      # only that again
#
# LOGS and DATASET are folders that all nodes see under the same absolute path.
#SBATCH --job-name=stillstand
#SBATCH --cpus-per-task=1
# The program reads as many logs at once as this allows; what does not fit is an error that says how much would do.
#SBATCH --mem=2G
# After a failure of the node the task starts anew; a part is written whole or not at all.
#SBATCH --requeue
#SBATCH --output=stillstand-%A-%a.log
set -euo pipefail
logs=${1:?LOGS} dataset=${2:?DATASET}
# Said again, since an array of two tasks that are repeated has no 16 to tell.
shards=${3:?number of shards}

stillstand --version
exec stillstand ingest "$logs" -o "$dataset" --shard "$SLURM_ARRAY_TASK_ID/$shards" --jobs "${SLURM_CPUS_PER_TASK:-1}"
