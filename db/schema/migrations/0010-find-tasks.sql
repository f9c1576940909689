-- The tasks page finds tasks by who made them and by words of their descriptions, newest first.
create index tasks_creator on tasks (created_by_login, task_id desc);
create index tasks_described on tasks (task_id desc) where description is not null;
